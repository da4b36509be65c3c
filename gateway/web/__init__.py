"""The staff's door: log in, see which reports need a hand, read one, download it.

    desk         what the pages need from the rest of the gateway, as callables
    application  the Flask application with its rules: who may see what, headers, errors
    worklist     reports as the list shows them, by day, what needs a hand first
    waiting      lines that wait: why, and what is decided about them
    viewing      the archived HTML of a report, made fit to stand in a page of ours
    words        texts, numbers and days in the reader's language

Everything works without JavaScript; there is none.
"""
