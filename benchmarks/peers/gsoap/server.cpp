// gSOAP's stand-alone server over what wsdl2h and soapcpp2 made of our WSDL; one synced transaction a message.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <sqlite3.h>
#include <string>
#include "OrderMutationsSoap11.nsmap"
#include "soapH.h"

namespace {

sqlite3 *database;
sqlite3_stmt *insert_message, *insert_mutation;

class Row {
public:
    explicit Row(sqlite3_stmt *statement) : statement(statement) {}

    Row &number(sqlite3_int64 value) { sqlite3_bind_int64(statement, ++place, value); return *this; }
    Row &copied(const std::string &value) { return text(value.data(), value.size(), SQLITE_TRANSIENT); }
    Row &operator<<(const std::string &value) { return text(value.data(), value.size(), SQLITE_STATIC); }
    Row &operator<<(const std::string *value) { return value ? *this << *value : nothing(); }
    Row &operator<<(const char *value) { return value ? copied(value) : nothing(); }
    Row &nothing() { sqlite3_bind_null(statement, ++place); return *this; }

    bool put() {
        bool done = sqlite3_step(statement) == SQLITE_DONE;
        return sqlite3_reset(statement) == SQLITE_OK && done;
    }

private:
    Row &text(const char *value, size_t size, sqlite3_destructor_type life) {
        sqlite3_bind_text(statement, ++place, value, static_cast<int>(size), life);
        return *this;
    }

    sqlite3_stmt *statement;
    int place = 0;
};

void quote(std::string &written, const std::string *text) {
    if (!text) {
        written += "null";
        return;
    }
    written += '"';
    for (char each : *text) {
        if (each == '"' || each == '\\') written += '\\';
        written += each;
    }
    written += '"';
}

std::string copies(const ns1__Copies &given) {
    std::string written = "[";
    for (const ns1__Copy *copy : given.copy) {
        if (written.size() > 1) written += ',';
        const std::string *texts[] = {copy->copyId, copy->branch, copy->budgetCode, copy->note, copy->barcode};
        char before = '[';
        for (const std::string *text : texts) {
            written += before;
            quote(written, text);
            before = ',';
        }
        written += ']';
    }
    return written + "]";
}

bool keep(soap *soap, sqlite3_int64 message, const std::string &sender, int position, const ns1__Mutation &m) {
    char content[33];
    std::snprintf(content, sizeof content, "%032x", static_cast<unsigned>(position));
    Row row(insert_mutation);
    row.number(message) << sender << "NEW";
    row.number(position).number(0) << soap_dateTime2s(soap, m.occurredAt) << content << m.mutationId << m.sequence
        << soap_ns1__Kind2s(soap, m.kind) << soap_dateTime2s(soap, m.occurredAt) << m.orderNumber << m.orderLine
        << m.libraryReference << m.orderDate << (m.channel ? soap_ns1__Channel2s(soap, *m.channel) : nullptr)
        << (m.offerForm ? soap_ns1__OfferForm2s(soap, *m.offerForm) : nullptr)
        << (m.processing ? soap_ns1__Processing2s(soap, *m.processing) : nullptr) << m.articleNumber << m.ean << m.ppn
        << m.title << m.author << m.publisher << m.publicationYear << m.medium << m.quantity;
    m.copies ? row.copied(copies(*m.copies)) : row.nothing();
    row << m.branch << m.budgetCode << m.budgetYear << m.listPrice << m.processingFee << m.netPrice
        << m.discountPercent << m.vatRate << m.currency << m.actionCode << m.reasonCode << m.reasonText
        << (m.final_ ? (*m.final_ ? "true" : "false") : nullptr) << m.expectedDate << m.replacementEan
        << m.packingSlip << (m.shippedAt ? soap_dateTime2s(soap, *m.shippedAt) : nullptr) << m.parcels
        << (m.route ? soap_ns1__Route2s(soap, *m.route) : nullptr);
    row.nothing();
    return row.put();
}

bool keep_all(soap *soap, const _ns1__submitMutations &request) {
    if (!(Row(insert_message) << request.header->messageId).put()) return false;
    sqlite3_int64 message = sqlite3_last_insert_rowid(database);
    int position = 0;
    for (const ns1__Mutation *each : request.mutations->mutation)
        if (!keep(soap, message, request.header->senderCode, ++position, *each)) return false;
    return true;
}

bool run(const char *statement) { return sqlite3_exec(database, statement, nullptr, nullptr, nullptr) == SQLITE_OK; }

sqlite3_stmt *prepared(const char *name) {
    sqlite3_stmt *statement = nullptr;
    if (sqlite3_prepare_v2(database, std::getenv(name), -1, &statement, nullptr) != SQLITE_OK) {
        std::fprintf(stderr, "%s: %s\n", name, sqlite3_errmsg(database));
        std::exit(1);
    }
    return statement;
}

}  // namespace

int __ns1__submitMutations(soap *soap, _ns1__submitMutations *request, _ns1__submitMutationsResponse &response) {
    if (!run("begin immediate") || !keep_all(soap, *request) || !run("commit")) {
        std::string problem = sqlite3_errmsg(database);
        run("rollback");
        return soap_receiver_fault(soap, problem.c_str(), nullptr);
    }
    std::string count = std::to_string(request->mutations->mutation.size());
    response.receipt = soap_new_ns1__Receipt(soap);
    response.receipt->receiptId = request->header->messageId;
    response.receipt->messageId = request->header->messageId;
    response.receipt->receivedAt = std::time(nullptr);
    response.receipt->mutationCount = count;
    response.receipt->newCount = count;
    response.receipt->knownCount = "0";
    response.receipt->test = false;
    return SOAP_OK;
}

int __ns1__submitMutations_(soap *soap, _ns1__submitMutations *request, _ns1__submitMutationsResponse &response) {
    return __ns1__submitMutations(soap, request, response);
}

#define NOT_HERE(name) \
    int __ns1__##name(soap *, _ns1__##name *, _ns1__##name##Response &) { return SOAP_NO_METHOD; } \
    int __ns1__##name##_(soap *, _ns1__##name *, _ns1__##name##Response &) { return SOAP_NO_METHOD; }
NOT_HERE(getProcessingStatus)
NOT_HERE(getProcessingReport)
NOT_HERE(getBudgetCodes)
NOT_HERE(ping)

int main() {
    if (sqlite3_open(std::getenv("PEER_DATABASE"), &database) != SQLITE_OK) return 1;
    if (!run("pragma journal_mode=wal") || !run("pragma synchronous=full")) return 1;
    insert_message = prepared("PEER_INSERT_MESSAGE");
    insert_mutation = prepared("PEER_INSERT_MUTATION");
    soap *soap = soap_new1(SOAP_C_UTFSTRING);
    soap->bind_flags = SO_REUSEADDR;
    if (!soap_valid_socket(soap_bind(soap, "127.0.0.1", std::atoi(std::getenv("PEER_PORT")), 100))) return 1;
    while (soap_valid_socket(soap_accept(soap))) {
        soap_serve(soap);
        soap_destroy(soap);
        soap_end(soap);
    }
    return 1;
}
