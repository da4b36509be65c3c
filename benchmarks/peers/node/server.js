// node-soap over our WSDL, under node's own HTTP server; keeps every mutation in one synced transaction.
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const Database = require('better-sqlite3');
const soap = require('soap');

const FIELDS = [
  'mutationId', 'sequence', 'kind', 'occurredAt', 'orderNumber', 'orderLine', 'libraryReference', 'orderDate',
  'channel', 'offerForm', 'processing', 'articleNumber', 'ean', 'ppn', 'title', 'author', 'publisher',
  'publicationYear', 'medium', 'quantity', 'copies', 'branch', 'budgetCode', 'budgetYear', 'listPrice',
  'processingFee', 'netPrice', 'discountPercent', 'vatRate', 'currency', 'actionCode', 'reasonCode', 'reasonText',
  'final', 'expectedDate', 'replacementEan', 'packingSlip', 'shippedAt', 'parcels', 'route', 'extension',
];
const COPY_FIELDS = ['copyId', 'branch', 'budgetCode', 'note', 'barcode'];

const database = new Database(process.env.PEER_DATABASE);
database.pragma('journal_mode = wal');
database.pragma('synchronous = full');
const insertMessage = database.prepare(process.env.PEER_INSERT_MESSAGE);
const insertMutation = database.prepare(process.env.PEER_INSERT_MUTATION);

function many(value) {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

function asText(value) {
  if (value === undefined || value === null) return null;
  return value instanceof Date ? value.toISOString() : String(value);
}

function copies(value) {
  return JSON.stringify(many(value.copy).map((copy) => COPY_FIELDS.map((name) => asText(copy[name]))));
}

const keep = database.transaction((request) => {
  const message = insertMessage.run(request.header.messageId).lastInsertRowid;
  let position = 0;
  for (const mutation of many(request.mutations && request.mutations.mutation)) {
    position += 1;
    const row = [message, request.header.senderCode, 'NEW', position, 0, asText(mutation.occurredAt),
      position.toString(16).padStart(32, '0')];
    for (const name of FIELDS) {
      const value = mutation[name];
      row.push(name === 'copies' && value ? copies(value) : asText(value));
    }
    insertMutation.run(row);
  }
  return position;
});

function submitMutations(request) {
  const count = keep.immediate(request);
  return {
    receipt: {
      receiptId: crypto.randomBytes(12).toString('hex'), messageId: request.header.messageId,
      receivedAt: new Date().toISOString(), mutationCount: count, newCount: count, knownCount: 0, test: false,
    },
  };
}

const port = { submitMutations };
const services = { OrderMutations: { OrderMutationsSoap11: port, OrderMutationsSoap12: port } };
const server = http.createServer((_request, response) => { response.statusCode = 404; response.end(); });
server.requestTimeout = 0;
server.listen(Number(process.env.PEER_PORT), '127.0.0.1');
soap.listen(server, '/soap/orders', services, fs.readFileSync(process.env.PEER_WSDL, 'utf8'));
