"""Verdicts: is a reported number reproduced?"""
