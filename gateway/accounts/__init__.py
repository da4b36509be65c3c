"""Who may come in: suppliers by a generated secret or a certificate, people by a password and a session.

    entry.by_secret, by_digest, by_certificate   a supplier's program -> the account, bound to a sender and institutions
    people.sign_in                               name + password + address -> the person
    sessions.begin, sessions.person_of           person -> token -> person
    suppliers, people                            what an operator does with accounts; each change is audited
    audit                                        who came in, who was kept out, who changed what

Wrong tries slow down name and address together (`slowdown`): in memory for suppliers, in the database for people.
All statements are in `store`.
"""
