"""The bank: beneficiaries, transfers, cards, loans, bitcoin and statements, as kinds of requests."""
