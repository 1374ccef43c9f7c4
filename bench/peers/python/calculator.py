"""The arithmetic as plain functions and as a class, for Python's ToolRegistry to register."""


def add(a: float, b: float) -> float:
    """add two numbers"""
    return a + b


def subtract(a: float, b: float) -> float:
    """subtract two numbers"""
    return a - b


def multiply(a: float, b: float) -> float:
    """multiply two numbers"""
    return a * b


def divide(a: float, b: float) -> float:
    """divide two numbers"""
    return a / b


class Calculator:
    """The same as static methods, as the class of the published numbers has them."""

    @staticmethod
    def add(a: float, b: float) -> float:
        """add two numbers"""
        return a + b

    @staticmethod
    def subtract(a: float, b: float) -> float:
        """subtract two numbers"""
        return a - b

    @staticmethod
    def multiply(a: float, b: float) -> float:
        """multiply two numbers"""
        return a * b

    @staticmethod
    def divide(a: float, b: float) -> float:
        """divide two numbers"""
        return a / b
