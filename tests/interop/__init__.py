"""Foreign SOAP clients speak with a real gateway: `make interop`.

Each client is a small program in its own language, as a supplier's programmer would write it; what it must do stands in
`exchange`. It is made once, from the WSDL that the gateway serves, and then speaks both with that gateway and, through
`growing`, with one whose answers have already grown at every extension point.
"""
