// A supplier's program with the package `strong-soap`: pushes three mutations, reads a fault, fetches the processing report.
const fs = require("fs");
const { soap } = require("strong-soap");

const { WSDL, ADDRESS, ACCOUNT, SECRET, MESSAGE, SOAP, REPORT } = process.env;

function aMessage(messageId, ean) {
  const header = {
    messageId,
    senderCode: "000002",
    customerNumber: "100200",
    institutionCode: "I202",
    createdAt: "2026-03-10T18:00:00+01:00",
    control: { mutationCount: 3, copyCount: 5, totalAmount: "34.95" },
  };
  const ordered = {
    mutationId: `${messageId}-1`,
    kind: "ORDERED",
    occurredAt: "2026-03-10T09:00:00+01:00",
    orderNumber: messageId,
    orderLine: "1",
    orderDate: "2026-03-10",
    channel: "WEBSHOP",
    ean,
    title: 'Café € 5 & "zoete" <ei>',
    author: "Zoë Ångström",
    publicationYear: "2026",
    quantity: 2,
    copies: { copy: [{ copyId: "1-1", branch: "01" }, { copyId: "1-2", branch: "02", budgetCode: "POEZIE" }] },
    branch: "01",
    budgetCode: "JEUGD",
    netPrice: "12.50",
    currency: "EUR",
  };
  const bare = {
    mutationId: `${messageId}-2`,
    kind: "ORDERED",
    occurredAt: "2026-03-10T09:05:00+01:00",
    orderNumber: messageId,
    orderLine: "2",
    orderDate: "2026-03-10",
    channel: "SHOP",
    title: "L'été à Liège",
    quantity: 1,
    branch: "02",
    budgetCode: "ROMANS",
    netPrice: "9.95",
    currency: "EUR",
  };
  const delayed = {
    mutationId: `${messageId}-3`,
    kind: "DELAYED",
    occurredAt: "2026-03-10T10:00:00+01:00",
    orderNumber: messageId,
    orderLine: "1",
    quantity: 2,
    reasonCode: "RP",
    reasonText: "Eén week later",
    final: false,
    expectedDate: "2026-04-01",
  };
  return { header, mutations: { mutation: [ordered, bare, delayed] } };
}

// snippet: fault
// The typed fault of an error; SOAP 1.1 has it under `detail`, SOAP 1.2 under `Detail`.
function faultOf(error) {
  const fault = error.root?.Envelope.Body.Fault;
  if (!fault) throw error;
  return (fault.detail ?? fault.Detail).fault;
}
// end

function tell(kind, value, ...names) {
  for (const name of names) {
    const found = value[name];
    console.log(`${kind}.${name}=${found instanceof Date ? found.toISOString() : found}`);
  }
}

async function main() {
  // snippet: connect
  const client = await new Promise((resolve, reject) => {
    soap.createClient(WSDL, {}, (error, made) => (error ? reject(error) : resolve(made)), ADDRESS);
  });
  client.setSecurity(new soap.BasicAuthSecurity(ACCOUNT, SECRET));
  const { OrderMutationsSoap11, OrderMutationsSoap12 } = client.OrderMutations; // `client.ping` would be SOAP 1.2
  const orders = SOAP === "1.2" ? OrderMutationsSoap12 : OrderMutationsSoap11;
  // end

  // snippet: push
  const { receipt } = (await orders.submitMutations(aMessage(MESSAGE, "9789000000012"))).result;
  // end
  tell("receipt", receipt, "receiptId", "messageId", "receivedAt", "test", "unknownBudgetCode");
  tell("receipt", receipt, "mutationCount", "newCount", "knownCount");

  await orders.submitMutations(aMessage(`${MESSAGE}-x`, "978900000001")).catch((error) => {
    tell("fault", faultOf(error), "code", "message", "hint", "line", "mutationId", "element");
  });

  // snippet: report
  let report;
  while (!report) {
    try {
      ({ report } = (await orders.getProcessingReport({ messageId: MESSAGE, format: "TXT" })).result);
    } catch (error) {
      if (faultOf(error).code !== "report-not-ready") throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  const content = Buffer.from(report.content, "base64");
  // end
  tell("report", report, "fileName", "mediaType");
  fs.writeFileSync(REPORT, content);
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
