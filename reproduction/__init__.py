"""Reported beside reproduced, for any paper."""
