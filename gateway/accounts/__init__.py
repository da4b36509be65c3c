"""Who may come in: suppliers by a generated secret, people by a password and a session.

    suppliers.authenticate   name + secret + address -> the account, bound to a sender and institutions
    people.sign_in           name + password + address -> the person
    sessions.begin           person -> token; sessions.person_of: token -> person

Wrong tries slow down name and address together (`slowdown`): in memory for suppliers, in the
database for people. All statements are in `store`.
"""
