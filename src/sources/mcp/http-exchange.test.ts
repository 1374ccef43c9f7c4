import type { Dispatcher } from "undici";
import { expect, test } from "vitest";
import { HttpExchange } from "./http-exchange.ts";

const STREAM = { "content-type": "text/event-stream" };
const JSON_BODY = { "content-type": "application/json" };

interface Stage {
  readonly exchange: HttpExchange;
  readonly controller: Dispatcher.DispatchController;
}

/** What undici does, as far as an exchange sees it: aborting ends in `onResponseError`. */
function stage(maxMessageBytes = 10): Stage {
  const exchange = new HttpExchange("http://127.0.0.1/mcp", maxMessageBytes);
  exchange.response.catch(() => {});
  const controller = {
    aborted: false,
    paused: false,
    reason: null,
    abort: (reason: Error) => exchange.onResponseError(controller, reason),
    pause: () => {},
    resume: () => {},
  };
  return { exchange, controller };
}

test("a body comes as a whole, in bytes that may be cut within a character", async () => {
  const { exchange, controller } = stage();
  exchange.onRequestStart(controller);
  exchange.onResponseStart(controller, 200, JSON_BODY, "OK");
  const bytes = Buffer.from('{"a":"ä"}');
  exchange.onResponseData(controller, bytes.subarray(0, 7));
  exchange.onResponseData(controller, bytes.subarray(7));
  exchange.onResponseEnd();
  const response = await exchange.response;
  expect(response).toMatchObject({ ok: true, status: 200, statusText: "OK" });
  expect(response.headers.get("Content-Type")).toBe("application/json");
  expect(await response.json()).toEqual({ a: "ä" });
});

test.each([["\n\n"], ["\r\n\r\n"]])(
  "a stream may have any number of events that are each small enough (%j)",
  async (gap) => {
    const { exchange, controller } = stage();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, STREAM);
    const response = await exchange.response;
    for (let count = 0; count < 5; count += 1)
      exchange.onResponseData(controller, Buffer.from(`12345${gap}`));
    exchange.onResponseEnd();
    expect(await response.text()).toBe(`12345${gap}`.repeat(5));
  },
);

test.each([1, 2, 3, 5, 7])(
  "events are told apart wherever a stream is cut, here every %i bytes",
  async (size) => {
    const { exchange, controller } = stage(24);
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, STREAM);
    const response = await exchange.response;
    const events = Buffer.from("12345\n\n12345\r\n\r\n:\n12\n\n123\r\n1\r\n\r\n".repeat(5));
    for (let at = 0; at < events.length; at += size)
      exchange.onResponseData(controller, events.subarray(at, at + size));
    exchange.onResponseEnd();
    expect(await response.text()).toBe(events.toString());
  },
);

test("a message that is too large fails, in a stream and in a body", async () => {
  for (const headers of [STREAM, JSON_BODY]) {
    const { exchange, controller } = stage();
    exchange.onRequestStart(controller);
    exchange.onResponseStart(controller, 200, headers);
    for (let count = 0; count < 3; count += 1)
      exchange.onResponseData(controller, Buffer.from("12345"));
    const reading = exchange.response.then((response) => response.text());
    await expect(reading).rejects.toMatchObject({ name: "HttpFailure", wasSent: true });
    await expect(exchange.ended).rejects.toThrow("more than 10 bytes");
  }
});

test("whether the server may have got it is known from whether it was begun", async () => {
  const refused = stage();
  refused.exchange.onResponseError(refused.controller, new Error("ECONNREFUSED"));
  await expect(refused.exchange.response).rejects.toMatchObject({ wasSent: false });
  const reset = stage();
  reset.exchange.onRequestStart(reset.controller);
  reset.exchange.onResponseError(reset.controller, new Error("ECONNRESET"));
  await expect(reset.exchange.response).rejects.toMatchObject({ wasSent: true });
});

test("one that is aborted before it is sent never is", async () => {
  const { exchange, controller } = stage();
  const reason = new Error("enough");
  exchange.abort(reason);
  await expect(exchange.response).rejects.toBe(reason);
  let abortedWith: unknown;
  exchange.onRequestStart({ ...controller, abort: (why) => void (abortedWith = why) });
  expect(abortedWith).toBe(reason);
});
