"""The doctor: looks a gateway over, and says of each thing that is wrong how to mend it."""
