"""`python -m tb_convvis doctor`: what is wrong with a log directory, and a new one with all that is not."""
