"""The vocabulary: frozen values, enums and errors. Standard library only."""
