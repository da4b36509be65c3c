import bestelsync.orders._1.*;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import javax.jws.WebService;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.ws.Endpoint;

/** JAX-WS RI over our WSDL, under the JDK's HTTP server; keeps every mutation in one synced transaction. */
@WebService(endpointInterface = "bestelsync.orders._1.OrderMutations", targetNamespace = "urn:bestelsync:orders:1",
            serviceName = "OrderMutations", portName = "OrderMutationsSoap11")
public class Server implements OrderMutations {
    private final Connection database;
    private final DatatypeFactory datatypes;

    private Server() throws Exception {
        datatypes = DatatypeFactory.newInstance();
        database = DriverManager.getConnection("jdbc:sqlite:" + System.getenv("PEER_DATABASE"));
        try (Statement statement = database.createStatement()) {
            statement.execute("pragma journal_mode=wal");
            statement.execute("pragma synchronous=full");
        }
        database.setAutoCommit(false);
    }

    public static void main(String[] arguments) throws Exception {
        Endpoint.publish("http://127.0.0.1:" + System.getenv("PEER_PORT") + "/soap/orders", new Server());
    }

    @Override
    public synchronized SubmitMutationsResponse submitMutations(SubmitMutations request) throws Fault_Exception {
        List<Mutation> mutations = request.getMutations().getMutation();
        try {
            keep(request.getHeader(), mutations);
        } catch (SQLException error) {
            throw new Fault_Exception(error.getMessage(), new Fault());
        }
        Receipt receipt = new Receipt();
        receipt.setReceiptId(UUID.randomUUID().toString());
        receipt.setMessageId(request.getHeader().getMessageId());
        receipt.setReceivedAt(datatypes.newXMLGregorianCalendar(new GregorianCalendar(TimeZone.getTimeZone("UTC"))));
        receipt.setMutationCount(mutations.size());
        receipt.setNewCount(mutations.size());
        SubmitMutationsResponse response = new SubmitMutationsResponse();
        response.setReceipt(receipt);
        return response;
    }

    private void keep(Header header, List<Mutation> mutations) throws SQLException {
        long message;
        try (PreparedStatement insert = database.prepareStatement(System.getenv("PEER_INSERT_MESSAGE"));
             Statement statement = database.createStatement()) {
            insert.setString(1, header.getMessageId());
            insert.executeUpdate();
            try (ResultSet found = statement.executeQuery("select last_insert_rowid()")) {
                found.next();
                message = found.getLong(1);
            }
        }
        try (PreparedStatement insert = database.prepareStatement(System.getenv("PEER_INSERT_MUTATION"))) {
            int position = 0;
            for (Mutation each : mutations) {
                position++;
                Object[] row = row(each);
                insert.setLong(1, message);
                insert.setString(2, header.getSenderCode());
                insert.setString(3, "NEW");
                insert.setInt(4, position);
                insert.setInt(5, 0);
                insert.setString(6, each.getOccurredAt().toXMLFormat());
                insert.setString(7, String.format("%032x", position));
                for (int place = 0; place < row.length; place++) {
                    insert.setString(8 + place, row[place] == null ? null : row[place].toString());
                }
                insert.addBatch();
                if (position % 1000 == 0) {
                    insert.executeBatch();
                }
            }
            insert.executeBatch();
            database.commit();
        } catch (SQLException error) {
            database.rollback();
            throw error;
        }
    }

    private static Object[] row(Mutation m) {
        return new Object[] {
            m.getMutationId(), m.getSequence(), m.getKind(), m.getOccurredAt(), m.getOrderNumber(), m.getOrderLine(),
            m.getLibraryReference(), m.getOrderDate(), m.getChannel(), m.getOfferForm(), m.getProcessing(),
            m.getArticleNumber(), m.getEan(), m.getPpn(), m.getTitle(), m.getAuthor(), m.getPublisher(),
            m.getPublicationYear(), m.getMedium(), m.getQuantity(), copies(m.getCopies()), m.getBranch(),
            m.getBudgetCode(), m.getBudgetYear(), plain(m.getListPrice()), plain(m.getProcessingFee()),
            plain(m.getNetPrice()), plain(m.getDiscountPercent()), plain(m.getVatRate()), m.getCurrency(),
            m.getActionCode(), m.getReasonCode(), m.getReasonText(), m.isFinal(), m.getExpectedDate(),
            m.getReplacementEan(), m.getPackingSlip(), m.getShippedAt(), m.getParcels(), m.getRoute(), null,
        };
    }

    private static String plain(BigDecimal amount) {
        return amount == null ? null : amount.toPlainString();
    }

    private static String copies(Copies copies) {
        if (copies == null) {
            return null;
        }
        List<String> written = new ArrayList<>();
        for (Copy copy : copies.getCopy()) {
            written.add("[" + quoted(copy.getCopyId()) + "," + quoted(copy.getBranch()) + ","
                + quoted(copy.getBudgetCode()) + "," + quoted(copy.getNote()) + "," + quoted(copy.getBarcode()) + "]");
        }
        return "[" + String.join(",", written) + "]";
    }

    private static String quoted(String text) {
        return text == null ? "null" : "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    @Override
    public GetProcessingStatusResponse getProcessingStatus(GetProcessingStatus request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GetProcessingReportResponse getProcessingReport(GetProcessingReport request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public GetBudgetCodesResponse getBudgetCodes(GetBudgetCodes request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PingResponse ping(Ping request) {
        throw new UnsupportedOperationException();
    }
}
