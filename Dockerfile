# Two stages: the first builds, the second only runs. BASE is any image with Python 3.11 to 3.13.
ARG BASE=python:3.12-slim

FROM ${BASE} AS build
WORKDIR /build
COPY requirements.lock ./
RUN python3 -m venv /opt/bestelsync \
 && /opt/bestelsync/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY gateway gateway
COPY adapters adapters
COPY schemas schemas
RUN /opt/bestelsync/bin/pip install --no-cache-dir --no-deps .

FROM ${BASE}
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/bestelsync bestelsync
COPY --from=build /opt/bestelsync /opt/bestelsync
ENV PATH=/opt/bestelsync/bin:$PATH
USER bestelsync
# Settings, database, reports and secrets: everything that must outlive the container.
VOLUME /var/lib/bestelsync
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/soap/orders?wsdl', timeout=4)"]
ENTRYPOINT ["gateway", "--config", "/var/lib/bestelsync/gateway.toml"]
CMD ["serve"]
