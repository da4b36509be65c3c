// A supplier's program with gSOAP: pushes three mutations, reads a fault, fetches the processing report.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>

#include "OrderMutationsSoap11.nsmap"
#include "soapOrderMutationsSoap11Proxy.h"

static const std::string MESSAGE = std::getenv("MESSAGE");

// snippet: connect
// Before every call: gSOAP forgets the credential after each.
static OrderMutationsSoap11Proxy &ready(OrderMutationsSoap11Proxy &orders) {
    soap_set_mode(orders.soap, SOAP_C_UTFSTRING);  // texts in and out are UTF-8
    orders.soap->userid = std::getenv("ACCOUNT");
    orders.soap->passwd = std::getenv("SECRET");
    orders.soap_endpoint = std::getenv("ADDRESS");
    return orders;
}

// The version of SOAP decides where the fault is: detail for 1.1, SOAP_ENV__Detail for 1.2.
static ns1__Fault *fault_of(struct soap *soap) {
    if (!soap->fault) return nullptr;
    SOAP_ENV__Detail *detail = soap->version == 2 ? soap->fault->SOAP_ENV__Detail : soap->fault->detail;
    return detail ? detail->ns1__fault : nullptr;
}
// end

// snippet: message
// gSOAP has a pointer for what is optional; these live as long as the soap context.
static std::string *text(struct soap *soap, const std::string &value) {
    std::string *kept = soap_new_std__string(soap);
    *kept = value;
    return kept;
}

static const time_t MORNING = 1773129600;  // 2026-03-10T08:00:00Z: gSOAP writes a dateTime in UTC

static ns1__Mutation *ordered(struct soap *soap, const std::string &message_id, const std::string &ean) {
    ns1__Mutation *mutation = soap_new_ns1__Mutation(soap);
    mutation->mutationId = message_id + "-1";
    mutation->kind = ns1__Kind__ORDERED;
    mutation->occurredAt = MORNING;
    mutation->orderNumber = message_id;
    mutation->orderLine = "1";
    mutation->orderDate = text(soap, "2026-03-10");
    mutation->channel = soap_new_ns1__Channel(soap);
    *mutation->channel = ns1__Channel__WEBSHOP;
    mutation->ean = text(soap, ean);
    mutation->title = text(soap, "Café € 5 & \"zoete\" <ei>");
    mutation->author = text(soap, "Zoë Ångström");
    mutation->publicationYear = text(soap, "2026");
    mutation->quantity = "2";
    mutation->copies = soap_new_ns1__Copies(soap);
    for (const char *copy_id : {"1-1", "1-2"}) {
        ns1__Copy *copy = soap_new_ns1__Copy(soap);
        copy->copyId = text(soap, copy_id);
        mutation->copies->copy.push_back(copy);
    }
    mutation->copies->copy[0]->branch = text(soap, "01");
    mutation->copies->copy[1]->branch = text(soap, "02");
    mutation->copies->copy[1]->budgetCode = text(soap, "POEZIE");
    mutation->branch = text(soap, "01");
    mutation->budgetCode = text(soap, "JEUGD");
    mutation->netPrice = text(soap, "12.50");
    mutation->currency = text(soap, "EUR");
    return mutation;
}
// end

static ns1__Header *header(struct soap *soap, const std::string &message_id) {
    ns1__Header *header = soap_new_ns1__Header(soap);
    header->messageId = message_id;
    header->senderCode = "000002";
    header->customerNumber = "100200";
    header->institutionCode = "I202";
    header->createdAt = MORNING + 9 * 3600;
    header->control = soap_new_ns1__Control(soap);
    header->control->mutationCount = "3";
    header->control->copyCount = "5";
    header->control->totalAmount = "34.95";
    return header;
}

static ns1__Mutation *bare(struct soap *soap, const std::string &message_id) {
    ns1__Mutation *mutation = soap_new_ns1__Mutation(soap);
    mutation->mutationId = message_id + "-2";
    mutation->kind = ns1__Kind__ORDERED;
    mutation->occurredAt = MORNING + 300;
    mutation->orderNumber = message_id;
    mutation->orderLine = "2";
    mutation->orderDate = text(soap, "2026-03-10");
    mutation->channel = soap_new_ns1__Channel(soap);
    *mutation->channel = ns1__Channel__SHOP;
    mutation->title = text(soap, "L'été à Liège");
    mutation->quantity = "1";
    mutation->branch = text(soap, "02");
    mutation->budgetCode = text(soap, "ROMANS");
    mutation->netPrice = text(soap, "9.95");
    mutation->currency = text(soap, "EUR");
    return mutation;
}

static ns1__Mutation *delayed(struct soap *soap, const std::string &message_id) {
    ns1__Mutation *mutation = soap_new_ns1__Mutation(soap);
    mutation->mutationId = message_id + "-3";
    mutation->kind = ns1__Kind__DELAYED;
    mutation->occurredAt = MORNING + 3600;
    mutation->orderNumber = message_id;
    mutation->orderLine = "1";
    mutation->quantity = "2";
    mutation->reasonCode = text(soap, "RP");
    mutation->reasonText = text(soap, "Eén week later");
    mutation->final_ = soap_new_bool(soap);
    *mutation->final_ = false;
    mutation->expectedDate = text(soap, "2026-04-01");
    return mutation;
}

static int push(OrderMutationsSoap11Proxy &orders, const std::string &message_id, const std::string &ean,
                _ns1__submitMutationsResponse &answer) {
    struct soap *soap = orders.soap;
    // snippet: push
    _ns1__submitMutations request;
    request.header = header(soap, message_id);
    request.mutations = soap_new_ns1__Mutations(soap);
    request.mutations->mutation = {ordered(soap, message_id, ean), bare(soap, message_id), delayed(soap, message_id)};
    int problem = ready(orders).submitMutations(&request, answer);
    // end
    return problem;
}

static void tell(const char *name, const std::string &value) { std::cout << name << '=' << value << '\n'; }

static void tell(const char *name, const std::string *value) {
    if (value) tell(name, *value);
}

static void tell(const ns1__Fault &fault) {
    tell("fault.code", fault.code);
    tell("fault.message", fault.message);
    tell("fault.hint", fault.hint);
    tell("fault.line", fault.line);
    tell("fault.mutationId", fault.mutationId);
    tell("fault.element", fault.element);
}

static int given_up(OrderMutationsSoap11Proxy &orders) {
    orders.soap_stream_fault(std::cerr);
    return 1;
}

int main() {
    OrderMutationsSoap11Proxy orders;

    _ns1__submitMutationsResponse answer;
    if (push(orders, MESSAGE, "9789000000012", answer)) return given_up(orders);
    const ns1__Receipt &receipt = *answer.receipt;
    tell("receipt.receiptId", receipt.receiptId);
    tell("receipt.messageId", receipt.messageId);
    tell("receipt.receivedAt", soap_dateTime2s(orders.soap, receipt.receivedAt));
    tell("receipt.mutationCount", receipt.mutationCount);
    tell("receipt.newCount", receipt.newCount);
    tell("receipt.knownCount", receipt.knownCount);
    tell("receipt.test", receipt.test ? "true" : "false");
    std::string unknown;
    for (const std::string &code : receipt.unknownBudgetCode) unknown += (unknown.empty() ? "" : ",") + code;
    tell("receipt.unknownBudgetCode", unknown);

    // snippet: fault
    _ns1__submitMutationsResponse nothing;
    if (push(orders, MESSAGE + "-x", "978900000001", nothing)) {
        ns1__Fault *fault = fault_of(orders.soap);
        if (!fault) return given_up(orders);  // orders.soap->error is the HTTP status, or below 0 without an answer
        tell(*fault);
    }
    // end

    // snippet: report
    _ns1__getProcessingReport question;
    question.messageId = MESSAGE;
    question.format = ns1__ReportFormat__TXT;
    _ns1__getProcessingReportResponse found;
    while (ready(orders).getProcessingReport(&question, found)) {
        ns1__Fault *fault = fault_of(orders.soap);
        if (!fault || fault->code != "report-not-ready") return given_up(orders);
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    const auto &report = found.report;
    // end
    tell("report.fileName", report.fileName);
    tell("report.mediaType", report.mediaType);
    std::ofstream file(std::getenv("REPORT"), std::ios::binary);
    file.write(reinterpret_cast<const char *>(report.content.__ptr), report.content.__size);
    return file.good() ? 0 : 1;
}
