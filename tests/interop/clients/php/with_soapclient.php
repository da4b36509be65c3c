<?php
// A supplier's program with PHP's SoapClient: pushes three mutations, reads a fault, fetches the processing report.
declare(strict_types=1);

[$address, $account, $secret] = [getenv('ADDRESS'), getenv('ACCOUNT'), getenv('SECRET')];
$message = getenv('MESSAGE');

// snippet: connect
$client = new SoapClient(getenv('WSDL'), [
    'location' => $address,
    'login' => $account,
    'password' => $secret,
    'soap_version' => getenv('SOAP') === '1.2' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE, // while trying; later a copy that lives for a day is fine
    'features' => SOAP_SINGLE_ELEMENT_ARRAYS, // one mutation in an answer is a list, too
]);
// end

function aMessage(string $messageId, string $ean): array
{
    $header = [
        'messageId' => $messageId,
        'senderCode' => '000002',
        'customerNumber' => '100200',
        'institutionCode' => 'I202',
        'createdAt' => '2026-03-10T18:00:00+01:00',
        'control' => ['mutationCount' => 3, 'copyCount' => 5, 'totalAmount' => '34.95'],
    ];
    $ordered = [
        'mutationId' => "$messageId-1",
        'kind' => 'ORDERED',
        'occurredAt' => '2026-03-10T09:00:00+01:00',
        'orderNumber' => $messageId,
        'orderLine' => '1',
        'orderDate' => '2026-03-10',
        'channel' => 'WEBSHOP',
        'ean' => $ean,
        'title' => 'Café € 5 & "zoete" <ei>',
        'author' => 'Zoë Ångström',
        'publicationYear' => '2026',
        'quantity' => 2,
        'copies' => ['copy' => [
            ['copyId' => '1-1', 'branch' => '01'],
            ['copyId' => '1-2', 'branch' => '02', 'budgetCode' => 'POEZIE'],
        ]],
        'branch' => '01',
        'budgetCode' => 'JEUGD',
        'netPrice' => '12.50',
        'currency' => 'EUR',
    ];
    $bare = [
        'mutationId' => "$messageId-2",
        'kind' => 'ORDERED',
        'occurredAt' => '2026-03-10T09:05:00+01:00',
        'orderNumber' => $messageId,
        'orderLine' => '2',
        'orderDate' => '2026-03-10',
        'channel' => 'SHOP',
        'title' => "L'été à Liège",
        'quantity' => 1,
        'branch' => '02',
        'budgetCode' => 'ROMANS',
        'netPrice' => '9.95',
        'currency' => 'EUR',
    ];
    $delayed = [
        'mutationId' => "$messageId-3",
        'kind' => 'DELAYED',
        'occurredAt' => '2026-03-10T10:00:00+01:00',
        'orderNumber' => $messageId,
        'orderLine' => '1',
        'quantity' => 2,
        'reasonCode' => 'RP',
        'reasonText' => 'Eén week later',
        'final' => false,
        'expectedDate' => '2026-04-01',
    ];
    return ['header' => $header, 'mutations' => ['mutation' => [$ordered, $bare, $delayed]]];
}

function tell(string $kind, object $value, string ...$names): void
{
    foreach ($names as $name) {
        $text = is_bool($value->$name) ? var_export($value->$name, true) : implode(',', (array) $value->$name);
        echo "$kind.$name=$text\n";
    }
}

// snippet: push
$receipt = $client->submitMutations(aMessage($message, '9789000000012'))->receipt;
// end
tell('receipt', $receipt, 'receiptId', 'messageId', 'receivedAt', 'test', 'unknownBudgetCode');
tell('receipt', $receipt, 'mutationCount', 'newCount', 'knownCount');

// snippet: fault
try {
    $client->submitMutations(aMessage("$message-x", '978900000001'));
} catch (SoapFault $error) {
    $fault = $error->detail->fault;
}
// end
tell('fault', $fault, 'code', 'message', 'hint', 'line', 'mutationId', 'element');

// snippet: report
do {
    try {
        $report = $client->getProcessingReport(['messageId' => $message, 'format' => 'TXT'])->report;
    } catch (SoapFault $error) {
        if (($error->detail->fault->code ?? null) !== 'report-not-ready') {
            throw $error;
        }
        usleep(200_000);
    }
} while (!isset($report));
$content = $report->content; // decoded already
// end
tell('report', $report, 'fileName', 'mediaType');
file_put_contents(getenv('REPORT'), $content);
