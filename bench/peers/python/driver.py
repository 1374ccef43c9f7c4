"""Runs Python's ToolRegistry for the benchmark: one JSON command a line on stdin, one JSON answer a line on stdout.

    {"do": "open", "kind": "openapi", "mode": "thread", "target": "http://127.0.0.1:1234", "calls": [...]}
    {"do": "answer"}
        -> {"seconds": 0.25, "answers": [3, 4]}      times are of the registry alone, the pipe is not in them

`open` makes a registry, registers what `target` says and answers `calls` for the first time; `answer` answers them again.
The first line on stdout says that everything is imported: {"version": "0.4.5"}. It ends when stdin does.
"""

import importlib.metadata
import json
import logging
import os
import sys
import time

import calculator
from toolregistry import ToolRegistry

logging.disable(logging.CRITICAL)

VERSION = importlib.metadata.version("toolregistry")
FUNCTIONS = (calculator.add, calculator.subtract, calculator.multiply, calculator.divide)


class Old:
    """Version 0.4: a method for each kind, answers by call id."""

    def preload(self, kind):
        from openai.types.chat import ChatCompletionMessageToolCall

        self.call_type = ChatCompletionMessageToolCall
        if kind == "openapi":
            import toolregistry.openapi_integration  # noqa: F401
        if kind == "mcp":
            import toolregistry.mcp_integration  # noqa: F401

    def register(self, registry, kind, target):
        if kind == "functions":
            for function in FUNCTIONS:
                registry.register(function)
        elif kind == "class":
            registry.register_from_class(calculator.Calculator)
        elif kind == "openapi":
            registry.register_from_openapi(target)
        else:
            registry.register_from_mcp(target)

    def calls(self, raw):
        return [self.call_type.model_validate(call) for call in raw]

    def answers(self, registry, calls, mode):
        by_id = registry.execute_tool_calls(calls, execution_mode=mode)
        return [by_id[call.id] for call in calls]


class New:
    """The newest version: one `register`, results in call order."""

    def preload(self, kind):
        import toolregistry.llm.tool_calls  # noqa: F401

        if kind == "openapi":
            import toolregistry.integrations.openapi.integration  # noqa: F401
        if kind == "mcp":
            import toolregistry.integrations.mcp.integration  # noqa: F401

    def register(self, registry, kind, target):
        if kind == "functions":
            for function in FUNCTIONS:
                registry.register(function)
        elif kind == "class":
            registry.register(calculator.Calculator, source="class")
        elif kind == "openapi":
            from toolregistry.integrations.openapi.utils import load_openapi_spec
            from toolregistry.utils import HttpClientConfig

            spec = load_openapi_spec(target)
            registry.register(HttpClientConfig(base_url=target), source="openapi", openapi_spec=spec)
        else:
            registry.register(target, source="mcp")

    def calls(self, raw):
        return raw

    def answers(self, registry, calls, mode):
        results = registry.execute_tool_calls(calls, execution_mode=mode)
        return [getattr(result, "result", str(result)) for result in results]


def number(answer):
    """The number in an answer, which may be a number, its text, or an object with a `result`; else what was answered."""
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return answer
    if isinstance(answer, dict) and "result" in answer:
        return number(answer["result"])
    return answer


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what the library prints must not be taken for a reply

    def reply(value):
        replies.write(json.dumps(value) + "\n")
        replies.flush()

    side = Old() if VERSION.startswith("0.4.") else New()
    kind = sys.argv[1]
    side.preload(kind)
    reply({"version": VERSION})
    registry, calls, mode = None, [], "thread"
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "open":
            calls, mode = side.calls(command["calls"]), command["mode"]
        started_at = time.perf_counter()
        if command["do"] == "open":
            registry = ToolRegistry()
            side.register(registry, kind, command["target"])
        answers = side.answers(registry, calls, mode)
        seconds = time.perf_counter() - started_at
        reply({"seconds": seconds, "answers": [number(answer) for answer in answers]})
    if registry is not None and hasattr(registry, "close"):
        registry.close()


if __name__ == "__main__":
    main()
