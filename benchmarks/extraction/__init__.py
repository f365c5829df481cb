"""How clean the text of saved pages is, beside other extractors, and against pinned floors."""
