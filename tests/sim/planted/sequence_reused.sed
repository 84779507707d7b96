# a new start gives out sequences anew from what is published
# src/ledger/open.c
s|l->last_seq = l->stored_last_seq;|l->last_seq = l->published_seq;|
