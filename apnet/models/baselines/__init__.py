"""Other methods, built where the paper compares with what can be built."""
