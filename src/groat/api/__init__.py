"""The parts of an operation, the core's or a program's: its declaration, the call, rights, answers and problems."""
