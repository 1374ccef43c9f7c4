/**
 * Loaded before anything else (`node --import`) into the conformance suite and the client: whatever of either would
 * connect to another machine, or ask for its name, fails instead, with a line on stderr that begins with its mark.
 */
import dns from "node:dns";
import { Socket, isIP } from "node:net";

const MARK = "NOT-LOOPBACK";
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/u;

type Target = { readonly host?: string; readonly path?: string } | undefined;

function refuse(host: string): Error {
  process.stderr.write(`${MARK} ${host}\n`);
  return new Error(`${MARK}: nothing but this machine may be spoken to, not ${host}.`);
}

/** What `connect` was called with: options, or a list of them that Node has put in order, or a port and a host. */
function hostOf(given: readonly unknown[]): string {
  const [first, second] = Array.isArray(given[0]) ? (given[0] as unknown[]) : given;
  if (typeof first === "object") {
    const { host, path } = first as NonNullable<Target>;
    return path === undefined ? (host ?? "localhost") : "localhost";
  }
  return typeof second === "string" ? second : "localhost";
}

const connect = Reflect.get(Socket.prototype, "connect") as (...given: unknown[]) => Socket;
Socket.prototype.connect = function connectHere(this: Socket, ...given: unknown[]): Socket {
  const host = hostOf(given);
  // Names are refused when they are looked up.
  if (LOOPBACK.test(host) || isIP(host) === 0) return Reflect.apply(connect, this, given);
  refuse(host);
  return Reflect.apply(connect, this, [{ host: "127.0.0.1", port: 1 }]);
};

const lookup = Reflect.get(dns, "lookup") as (...given: unknown[]) => void;
dns.lookup = ((host: string, ...rest: unknown[]) => {
  if (LOOPBACK.test(host)) return lookup(host, ...rest);
  const callback = rest.at(-1) as (error: Error) => void;
  return process.nextTick(callback, refuse(host));
}) as typeof dns.lookup;
