#!/usr/bin/env perl
# A supplier's program with SOAP::Lite: pushes three mutations, reads a fault, fetches the processing report.
use strict;
use warnings;
use utf8;
use open ':std', ':encoding(UTF-8)';
use MIME::Base64 qw(decode_base64 encode_base64);
use SOAP::Lite;

my ($address, $account, $secret, $message) = @ENV{qw(ADDRESS ACCOUNT SECRET MESSAGE)};
my $namespace = 'urn:bestelsync:orders:1';

# snippet: connect
SOAP::Lite->soapversion($ENV{SOAP}); # before `new`, or the Envelope has no namespace
my $orders = SOAP::Lite->new(
    proxy      => $address,
    default_ns => $namespace,
    on_action  => sub { qq("$namespace/$_[1]") },
    autotype   => 0,        # or é turns a text into base64
    on_fault   => sub { },  # a fault is looked at below
);
$orders->transport->default_header(Authorization => 'Basic ' . encode_base64("$account:$secret", ''));

# Calls an operation; gives the answer, or dies with the typed fault.
sub ask {
    my ($operation, @parts) = @_;
    my $answer = $orders->call($operation => @parts);
    die $orders->transport->status . "\n" unless ref $answer;
    my $fault = $answer->valueof('//fault');
    die $fault if $fault;
    return $answer;
}

# One element after another, in the order of the XSD.
sub elements {
    my @elements;
    while (my ($name, $value) = splice @_, 0, 2) {
        my $content = ref $value ? \SOAP::Data->value(elements(@$value)) : SOAP::Utils::encode_data($value); # & and <
        push @elements, SOAP::Data->name($name => $content);
    }
    return @elements;
}
# end

sub a_message {
    my ($id, $ean) = @_;
    my @header = (
        messageId       => $id,
        senderCode      => '000002',
        customerNumber  => '100200',
        institutionCode => 'I202',
        createdAt       => '2026-03-10T18:00:00+01:00',
        control         => [mutationCount => 3, copyCount => 5, totalAmount => '34.95'],
    );
    # snippet: message
    my @ordered = (
        mutationId      => "$id-1",
        kind            => 'ORDERED',
        occurredAt      => '2026-03-10T09:00:00+01:00',
        orderNumber     => $id,
        orderLine       => '1',
        orderDate       => '2026-03-10',
        channel         => 'WEBSHOP',
        ean             => $ean,
        title           => 'Café € 5 & "zoete" <ei>',
        author          => 'Zoë Ångström',
        publicationYear => '2026',
        quantity        => 2,
        copies          => [
            copy => [copyId => '1-1', branch => '01'],
            copy => [copyId => '1-2', branch => '02', budgetCode => 'POEZIE'],
        ],
        branch     => '01',
        budgetCode => 'JEUGD',
        netPrice   => '12.50',
        currency   => 'EUR',
    );
    # end
    my @bare = (
        mutationId  => "$id-2",
        kind        => 'ORDERED',
        occurredAt  => '2026-03-10T09:05:00+01:00',
        orderNumber => $id,
        orderLine   => '2',
        orderDate   => '2026-03-10',
        channel     => 'SHOP',
        title       => "L'été à Liège",
        quantity    => 1,
        branch      => '02',
        budgetCode  => 'ROMANS',
        netPrice    => '9.95',
        currency    => 'EUR',
    );
    my @delayed = (
        mutationId   => "$id-3",
        kind         => 'DELAYED',
        occurredAt   => '2026-03-10T10:00:00+01:00',
        orderNumber  => $id,
        orderLine    => '1',
        quantity     => 2,
        reasonCode   => 'RP',
        reasonText   => 'Eén week later',
        final        => 'false',
        expectedDate => '2026-04-01',
    );
    return elements(
        header    => \@header,
        mutations => [mutation => \@ordered, mutation => \@bare, mutation => \@delayed],
    );
}

sub tell_of {
    my ($kind, $value, @names) = @_;
    print "$kind.$_=$value->{$_}\n" for @names;
}

# snippet: push
my $answer = ask(submitMutations => a_message($message, '9789000000012'));
my $receipt = $answer->result;
my @unknown = $answer->valueof('//receipt/unknownBudgetCode');  # in $receipt only the last of them is left
# end
tell_of(receipt => $receipt, qw(receiptId messageId receivedAt test mutationCount newCount knownCount));
print 'receipt.unknownBudgetCode=', join(',', @unknown), "\n";

# snippet: fault
my $fault = eval { ask(submitMutations => a_message("$message-x", '978900000001')); undef } // $@;
die $fault unless ref $fault;
# end
tell_of(fault => $fault, qw(code message hint line mutationId element));

# snippet: report
my $report;
until ($report) {
    $report = eval { ask(getProcessingReport => elements(messageId => $message, format => 'TXT'))->result };
    last if $report;
    die $@ unless ref $@ && $@->{code} eq 'report-not-ready';
    select undef, undef, undef, 0.2;
}
my $content = decode_base64($report->{content});
# end
tell_of(report => $report, qw(fileName mediaType));
open my $file, '>:raw', $ENV{REPORT} or die $!;
print $file $content;
close $file or die $!;
