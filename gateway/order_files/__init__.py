"""Order lines as files that library systems take from a folder, and the answers that they leave there.

What more than one adapter needs, as an adapter never knows another: `folder_system` hands a batch over and reads
the answers back (`answer_file`), `order_response` writes EDIFACT, `new_titles` MARCXML, `table` CSV; `arrangement`
keeps a system off until it was agreed how it is told. Which of it a system reads, and in which words, its adapter says.
"""
