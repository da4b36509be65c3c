# Reads an interchange with Debian's Business::Edifact and prints what it understood as JSON.
use strict;
use warnings;
use JSON::PP;
use Business::Edifact::Interchange;

my ($file) = @ARGV;
open my $handle, '<:encoding(iso-8859-1)', $file or die "$file: $!";
my $interchange = Business::Edifact::Interchange->new;
$interchange->parse( do { local $/; <$handle> } );

sub plain {
    my ($it) = @_;
    my $kind = ref $it;
    return $it                        if !$kind;
    return undef                      if $kind eq 'CODE';
    return [ map { plain($_) } @$it ] if $kind eq 'ARRAY';
    return { map { $_ => plain( $it->{$_} ) } grep { $_ ne 'segment_handler' } keys %$it };
}
print JSON::PP->new->utf8->canonical->encode( [ map { plain($_) } @{ $interchange->messages } ] );
