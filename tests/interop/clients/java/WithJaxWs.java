// A supplier's program with JAX-WS: pushes three mutations, reads a fault, fetches the processing report.
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;
import javax.xml.ws.BindingProvider;
import orders.*;

public class WithJaxWs {
    private static final String MESSAGE = System.getenv("MESSAGE");
    private static PrintStream out;

    // snippet: connect
    static OrderMutations connect(String address, String account, String secret) {
        // A copy of the WSDL beside the program: else it is fetched whenever the program starts.
        OrderMutations_Service service = new OrderMutations_Service(WithJaxWs.class.getResource("/orders.wsdl"));
        OrderMutations orders = System.getenv("SOAP").equals("1.2")
            ? service.getOrderMutationsSoap12()
            : service.getOrderMutationsSoap11();
        Map<String, Object> context = ((BindingProvider) orders).getRequestContext();
        context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, address);
        context.put(BindingProvider.USERNAME_PROPERTY, account);
        context.put(BindingProvider.PASSWORD_PROPERTY, secret);
        return orders;
    }

    // Dates by their text: a GregorianCalendar would add a zone to orderDate and a month to publicationYear.
    static XMLGregorianCalendar time(String text) throws Exception {
        return DatatypeFactory.newInstance().newXMLGregorianCalendar(text);
    }
    // end

    static Header header(String messageId) throws Exception {
        Control control = new Control();
        control.setMutationCount(3);
        control.setCopyCount(5);
        control.setTotalAmount(new BigDecimal("34.95"));
        Header header = new Header();
        header.setMessageId(messageId);
        header.setSenderCode("000002");
        header.setCustomerNumber("100200");
        header.setInstitutionCode("I202");
        header.setCreatedAt(time("2026-03-10T18:00:00+01:00"));
        header.setControl(control);
        return header;
    }

    // snippet: message
    static Mutation ordered(String messageId, String ean) throws Exception {
        Mutation mutation = new Mutation();
        mutation.setMutationId(messageId + "-1");
        mutation.setKind(Kind.ORDERED);
        mutation.setOccurredAt(time("2026-03-10T09:00:00+01:00"));
        mutation.setOrderNumber(messageId);
        mutation.setOrderLine("1");
        mutation.setOrderDate(time("2026-03-10"));
        mutation.setChannel(Channel.WEBSHOP);
        mutation.setEan(ean);
        mutation.setTitle("Café € 5 & \"zoete\" <ei>");
        mutation.setAuthor("Zoë Ångström");
        mutation.setPublicationYear(time("2026"));
        mutation.setQuantity(2);
        mutation.setCopies(new Copies());
        mutation.getCopies().getCopy().add(copy("1-1", "01", null));
        mutation.getCopies().getCopy().add(copy("1-2", "02", "POEZIE"));
        mutation.setBranch("01");
        mutation.setBudgetCode("JEUGD");
        mutation.setNetPrice(new BigDecimal("12.50"));
        mutation.setCurrency("EUR");
        return mutation;
    }
    // end

    static Copy copy(String copyId, String branch, String budgetCode) {
        Copy copy = new Copy();
        copy.setCopyId(copyId);
        copy.setBranch(branch);
        copy.setBudgetCode(budgetCode);
        return copy;
    }

    static Mutation bare(String messageId) throws Exception {
        Mutation mutation = new Mutation();
        mutation.setMutationId(messageId + "-2");
        mutation.setKind(Kind.ORDERED);
        mutation.setOccurredAt(time("2026-03-10T09:05:00+01:00"));
        mutation.setOrderNumber(messageId);
        mutation.setOrderLine("2");
        mutation.setOrderDate(time("2026-03-10"));
        mutation.setChannel(Channel.SHOP);
        mutation.setTitle("L'été à Liège");
        mutation.setQuantity(1);
        mutation.setBranch("02");
        mutation.setBudgetCode("ROMANS");
        mutation.setNetPrice(new BigDecimal("9.95"));
        mutation.setCurrency("EUR");
        return mutation;
    }

    static Mutation delayed(String messageId) throws Exception {
        Mutation mutation = new Mutation();
        mutation.setMutationId(messageId + "-3");
        mutation.setKind(Kind.DELAYED);
        mutation.setOccurredAt(time("2026-03-10T10:00:00+01:00"));
        mutation.setOrderNumber(messageId);
        mutation.setOrderLine("1");
        mutation.setQuantity(2);
        mutation.setReasonCode("RP");
        mutation.setReasonText("Eén week later");
        mutation.setFinal(false);
        mutation.setExpectedDate(time("2026-04-01"));
        return mutation;
    }

    static Receipt push(OrderMutations orders, String messageId, String ean) throws Exception {
        Mutations mutations = new Mutations();
        mutations.getMutation().add(ordered(messageId, ean));
        mutations.getMutation().add(bare(messageId));
        mutations.getMutation().add(delayed(messageId));
        // snippet: push
        SubmitMutations request = new SubmitMutations();
        request.setHeader(header(messageId));
        request.setMutations(mutations);
        Receipt receipt = orders.submitMutations(request).getReceipt();
        // end
        return receipt;
    }

    // snippet: report
    static GetProcessingReportResponse.Report report(OrderMutations orders, String messageId) throws Exception {
        GetProcessingReport request = new GetProcessingReport();
        request.setMessageId(messageId);
        request.setFormat(ReportFormat.TXT);
        while (true) {
            try {
                return orders.getProcessingReport(request).getReport();
            } catch (Fault_Exception refused) {
                if (!refused.getFaultInfo().getCode().equals("report-not-ready")) {
                    throw refused;
                }
                Thread.sleep(200);
            }
        }
    }
    // end

    static void tell(String name, Object value) {
        out.println(name + "=" + value);
    }

    static void tellFault(Fault fault) {
        tell("fault.code", fault.getCode());
        tell("fault.message", fault.getMessage());
        tell("fault.hint", fault.getHint());
        tell("fault.line", fault.getLine());
        tell("fault.mutationId", fault.getMutationId());
        tell("fault.element", fault.getElement());
    }

    public static void main(String[] arguments) throws Exception {
        out = new PrintStream(System.out, true, "UTF-8");
        OrderMutations orders = connect(System.getenv("ADDRESS"), System.getenv("ACCOUNT"), System.getenv("SECRET"));

        Receipt receipt = push(orders, MESSAGE, "9789000000012");
        tell("receipt.receiptId", receipt.getReceiptId());
        tell("receipt.messageId", receipt.getMessageId());
        tell("receipt.receivedAt", receipt.getReceivedAt());
        tell("receipt.mutationCount", receipt.getMutationCount());
        tell("receipt.newCount", receipt.getNewCount());
        tell("receipt.knownCount", receipt.getKnownCount());
        tell("receipt.test", receipt.isTest());
        tell("receipt.unknownBudgetCode", String.join(",", receipt.getUnknownBudgetCode()));

        // snippet: fault
        try {
            push(orders, MESSAGE + "-x", "978900000001");
        } catch (Fault_Exception refused) {
            tellFault(refused.getFaultInfo());
        }
        // end

        GetProcessingReportResponse.Report report = report(orders, MESSAGE);
        tell("report.fileName", report.getFileName());
        tell("report.mediaType", report.getMediaType());
        Files.write(Paths.get(System.getenv("REPORT")), report.getContent());
    }
}
