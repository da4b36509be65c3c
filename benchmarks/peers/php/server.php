<?php
// PHP's own SoapServer over our WSDL, under PHP's built-in web server; keeps every mutation in one synced transaction.

const FIELDS = [
    'mutationId', 'sequence', 'kind', 'occurredAt', 'orderNumber', 'orderLine', 'libraryReference', 'orderDate',
    'channel', 'offerForm', 'processing', 'articleNumber', 'ean', 'ppn', 'title', 'author', 'publisher',
    'publicationYear', 'medium', 'quantity', 'copies', 'branch', 'budgetCode', 'budgetYear', 'listPrice',
    'processingFee', 'netPrice', 'discountPercent', 'vatRate', 'currency', 'actionCode', 'reasonCode', 'reasonText',
    'final', 'expectedDate', 'replacementEan', 'packingSlip', 'shippedAt', 'parcels', 'route', 'extension',
];

class OrderMutations
{
    public function submitMutations($request)
    {
        $database = new PDO('sqlite:' . getenv('PEER_DATABASE'));
        $database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
        $database->exec('pragma journal_mode=wal');
        $database->exec('pragma synchronous=full');
        $database->exec('begin immediate');
        $database->prepare(getenv('PEER_INSERT_MESSAGE'))->execute([$request->header->messageId]);
        $message = $database->lastInsertId();
        $insert = $database->prepare(getenv('PEER_INSERT_MUTATION'));
        $position = 0;
        foreach ($request->mutations->mutation ?? [] as $mutation) {
            $position++;
            $row = [$message, $request->header->senderCode, 'NEW', $position, 0, $mutation->occurredAt,
                sprintf('%032x', $position)];
            foreach (FIELDS as $name) {
                $value = $mutation->$name ?? null;
                if ($name === 'copies' && $value !== null) {
                    $value = self::copies($value->copy ?? []);
                } elseif (is_bool($value)) {
                    $value = $value ? 'true' : 'false';
                }
                $row[] = $value;
            }
            $insert->execute($row);
        }
        $database->exec('commit');
        return ['receipt' => [
            'receiptId' => bin2hex(random_bytes(12)), 'messageId' => $request->header->messageId,
            'receivedAt' => gmdate('Y-m-d\TH:i:s\Z'), 'mutationCount' => $position, 'newCount' => $position,
            'knownCount' => 0, 'test' => false,
        ]];
    }

    private static function copies(array $copies): string
    {
        return json_encode(array_map(fn ($copy) => [
            $copy->copyId ?? null, $copy->branch ?? null, $copy->budgetCode ?? null, $copy->note ?? null,
            $copy->barcode ?? null,
        ], $copies));
    }
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    readfile(getenv('PEER_WSDL'));
    return;
}
$server = new SoapServer(getenv('PEER_WSDL'), [
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS, 'cache_wsdl' => WSDL_CACHE_BOTH, 'soap_version' => SOAP_1_1,
]);
$server->setObject(new OrderMutations());
$server->handle();
