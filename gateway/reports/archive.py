"""The archive of reports: each written once, in files on disk and in the database, listed and opened again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from gateway import clock
from gateway.db import metadata, reading, writing
from gateway.errors import RejectedInput
from gateway.log import logger
from gateway.reports import afo291, ina, shelf
from gateway.reports.model import Audience, Format, Layout, Report, ReportFile

_COUNTS = ("mutation_count", "cancelled_count", "waiting_count", "refused_count", "warning_count")

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("pk", sa.Integer, primary_key=True),
    sa.Column("institution", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("run", sa.Integer, nullable=False),
    sa.Column("layout", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("corrects", sa.Text, nullable=False),
    sa.Column("written_at", sa.Text, nullable=False),
    *(sa.Column(count, sa.Integer, nullable=False) for count in _COUNTS),
    sa.UniqueConstraint("name", "audience"),
    sa.Index("reports_by_institution", "institution", "written_at"),
)
"""Moments are ISO 8601 in UTC, so that text sorts as time."""

report_files = sa.Table(
    "report_files",
    metadata,
    sa.Column("report_pk", sa.Integer, sa.ForeignKey("reports.pk"), primary_key=True),
    sa.Column("format", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("offered_at", sa.Text),
)
"""`path` begins at the archive's folder; `offered_at` is when the library system got its copy."""


class UnknownReport(RejectedInput):
    """Nobody wrote a report of that name, or not in that format."""

    code = "unknown-report"
    message = "There is no report {name} as {form}."
    hint = "Take the name from the list of reports."


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of an archived report."""

    format: Format
    path: str
    media_type: str
    size: int
    sha256: str
    offered: bool

    @property
    def file_name(self) -> str:
        """Its name, without folders."""
        return Path(self.path).name


@dataclass(frozen=True, slots=True)
class Archived:
    """One report as the archive knows it. `cancelled_count` counts the lines of its list of cancelled titles."""

    name: str
    audience: Audience
    institution: str
    sender: str
    run: int
    layout: Layout
    corrects: str
    written_at: datetime
    mutation_count: int
    cancelled_count: int
    waiting_count: int
    refused_count: int
    warning_count: int
    files: tuple[ArchivedFile, ...]

    @property
    def formats(self) -> tuple[Format, ...]:
        """In which it was written."""
        return tuple(file.format for file in self.files)


def keep(
    database: sa.Engine,
    folder: Path,
    report: Report,
    audience: Audience,
    *,
    formats: Collection[Format] = tuple(Format),
    reader_folder: Path | None = None,
    windows_1252: bool = False,
) -> Archived:
    """Write a report once; a format that was written before stays as it is.

    After a crash between files and database it is written anew, over what was left behind. A PDF that
    cannot be made is left out and tried again by the next call; the other formats do not wait for it.

    Args:
        folder: the archive; files go to `<institution>/<year>/` in it, a supplier's copy to `supplier/` below that.
        reader_folder: gets a copy of every file that it did not get yet, for the library system.
        windows_1252: write the text format for programs that cannot read UTF-8.

    Raises:
        TypesettingFailed: only the PDF was asked for, and it cannot be made.
        Busy: disk or database is full or gone; nothing that counts was kept.
        ReportFolderUnusable: one of the folders cannot be written to. When it is `reader_folder`, the
            report itself is kept, and the next call with the same report offers it again.
    """
    known = find(database, report.name, audience)
    missing = [form for form in Format if form in formats and (known is None or form not in known.formats)]
    if missing:
        _write(database, folder, report, audience, missing, windows_1252=windows_1252)
    if reader_folder is not None:
        offer(database, folder, _kept(database, report.name, audience), reader_folder)
    return _kept(database, report.name, audience)


def _write(
    database: sa.Engine, folder: Path, report: Report, audience: Audience, forms: list[Format], *, windows_1252: bool
) -> None:
    layout = {Layout.INA: ina, Layout.AFO291: afo291}[report.layout]
    document = layout.document(report, audience)
    paths = {form: _path(report, audience, form) for form in forms}
    with shelf.drafts(folder, document, paths, windows_1252=windows_1252) as (drafts, written):
        if written.without_pdf:
            logger.error("reports.pdf_not_made", report=report.name, **written.without_pdf.facts)
        try:
            with writing(database) as connection:
                pk = _report_row(connection, report, audience, written.counts["cancelled"])
                # The rows go first: whoever comes second fails here, before a file is replaced.
                connection.execute(report_files.insert(), [_file_row(pk, each, windows_1252) for each in drafts])
                shelf.publish(folder, drafts)
        except IntegrityError:
            if find(database, report.name, audience) is None:
                raise
            logger.info("reports.written_by_another", report=report.name)


def _path(report: Report, audience: Audience, form: Format) -> str:
    part = "supplier/" if audience is Audience.SUPPLIER else ""
    return f"{report.institution}/{report.processed_locally_at.year}/{part}{report.name}{form.extension}"


def _report_row(connection: sa.Connection, report: Report, audience: Audience, cancelled: int) -> int:
    """The key of the report's row, which is made when there is none."""
    is_this = (reports.c.name == report.name) & (reports.c.audience == audience.value)
    known = connection.scalar(sa.select(reports.c.pk).where(is_this))
    if known is not None:
        return int(known)
    insert = reports.insert().values(
        institution=report.institution,
        sender=report.sender,
        run=report.run,
        layout=report.layout.value,
        name=report.name,
        audience=audience.value,
        corrects=report.corrects,
        written_at=_written(clock.now()),
        mutation_count=report.books.received,
        cancelled_count=cancelled,
        waiting_count=report.books.closing_waiting,
        refused_count=report.books.refused + report.refused_later,
        warning_count=report.books.warned,
    )
    return int(connection.execute(insert.returning(reports.c.pk)).scalar_one())


def _file_row(pk: int, draft: shelf.Draft, windows_1252: bool) -> dict[str, Any]:
    media_type = draft.form.media_type
    if draft.form is Format.TXT and windows_1252:
        media_type = "text/plain; charset=windows-1252"
    return {
        "report_pk": pk,
        "format": draft.form.value,
        "path": draft.path,
        "media_type": media_type,
        "size": draft.size,
        "sha256": draft.sha256,
    }


def offer(database: sa.Engine, folder: Path, archived: Archived, reader_folder: Path) -> None:
    """Copy what the library system did not get yet; what it took away is not offered again."""
    for file in archived.files:
        if file.offered:
            continue
        shelf.copy(folder / file.path, reader_folder)
        with writing(database) as connection:
            is_this = (report_files.c.path == file.path) & (report_files.c.format == file.format.value)
            connection.execute(report_files.update().where(is_this).values(offered_at=_written(clock.now())))


def listing(
    database: sa.Engine,
    institutions: Collection[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    audience: Audience = Audience.STAFF,
    limit: int | None = None,
) -> list[Archived]:
    """The reports of these institutions, written from `since` on and before `until`, newest first."""
    query = sa.select(reports).where(reports.c.institution.in_(institutions), reports.c.audience == audience.value)
    if since:
        query = query.where(reports.c.written_at >= _written(since))
    if until:
        query = query.where(reports.c.written_at < _written(until))
    query = query.order_by(reports.c.written_at.desc(), reports.c.pk.desc()).limit(limit)
    with reading(database) as connection:
        return _archived(connection, connection.execute(query).all())


def find(database: sa.Engine, name: str, audience: Audience) -> Archived | None:
    """One report by its name, or none."""
    query = sa.select(reports).where(reports.c.name == name, reports.c.audience == audience.value)
    with reading(database) as connection:
        return next(iter(_archived(connection, connection.execute(query).all())), None)


def open_stream(database: sa.Engine, folder: Path, name: str, form: Format, audience: Audience) -> BinaryIO:
    """One file of a report, from its beginning; the caller closes it.

    Raises:
        UnknownReport: it was not written, or not in that format.
        ReportFileMissing, ReportFileAltered: the file on disk is gone, or is another than was written.
    """
    file = _file(database, name, form, audience)
    return shelf.opened(folder / file.path, file.sha256)


def open_file(database: sa.Engine, folder: Path, name: str, form: Format, audience: Audience) -> ReportFile:
    """One file of a report, whole; raises as `open_stream`."""
    file = _file(database, name, form, audience)
    with shelf.opened(folder / file.path, file.sha256) as content:
        return ReportFile(file.file_name, file.media_type, content.read())


def _file(database: sa.Engine, name: str, form: Format, audience: Audience) -> ArchivedFile:
    archived = find(database, name, audience)
    for file in archived.files if archived else ():
        if file.format is form:
            return file
    raise UnknownReport(name=name, form=form.value)


def _kept(database: sa.Engine, name: str, audience: Audience) -> Archived:
    archived = find(database, name, audience)
    if archived is None:
        raise UnknownReport(name=name, form="a report")
    return archived


def _archived(connection: sa.Connection, found: Sequence[sa.Row[Any]]) -> list[Archived]:
    files: dict[int, list[ArchivedFile]] = {row.pk: [] for row in found}
    query = sa.select(report_files).where(report_files.c.report_pk.in_(files))
    for row in connection.execute(query) if files else ():
        form = Format(row.format)
        file = ArchivedFile(form, row.path, row.media_type, row.size, row.sha256, row.offered_at is not None)
        files[row.report_pk].append(file)
    order = list(Format)
    return [_report(row, sorted(files[row.pk], key=lambda file: order.index(file.format))) for row in found]


def _report(row: sa.Row[Any], files: list[ArchivedFile]) -> Archived:
    return Archived(
        name=row.name,
        audience=Audience(row.audience),
        institution=row.institution,
        sender=row.sender,
        run=row.run,
        layout=Layout(row.layout),
        corrects=row.corrects,
        written_at=datetime.fromisoformat(row.written_at),
        **{count: getattr(row, count) for count in _COUNTS},
        files=tuple(files),
    )


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
