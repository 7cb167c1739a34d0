import { assert, assertEquals } from "@std/assert";
import { ProviderError } from "../../../providers/provider.ts";
import { settle } from "../fixture.ts";
import { connect, Scripted } from "./scripted.ts";

const lost = () => new ProviderError("lost", "Cannot go on: the line went dead.");
const badKey = () => new ProviderError("bad-key", "Cannot sign in: bad key.", { terminal: true });

Deno.test("a live connection closes its stream, then logs out, and is done when it has", async () => {
  const provider = new Scripted();
  const closed = Promise.withResolvers<void>();
  provider.onClose = () => closed.promise;
  const one = await connect(provider);
  assertEquals(await one.drain(), false);
  assertEquals(one.provider.diary.slice(3), ["close"]);
  closed.resolve();
  await settle();
  assertEquals(one.provider.diary.slice(3), ["close", "log out"]);
  assertEquals(await one.drain(), true);
});

Deno.test("a stream that cannot be closed does not keep it from logging out", async () => {
  const provider = new Scripted();
  provider.onClose = () => Promise.reject(lost());
  provider.onLogOut = () => Promise.reject(lost());
  const one = await connect(provider);
  assertEquals(await one.drain(), true);
  assertEquals(one.provider.diary.slice(3), ["close", "log out"]);
});

Deno.test("a session that comes after the drain is ended, and no stream is opened", async () => {
  const provider = new Scripted();
  const signedIn = Promise.withResolvers<void>();
  provider.onAuthenticate = () => signedIn.promise;
  const one = await connect(provider);
  assertEquals(await one.drain(), true);
  signedIn.resolve();
  await settle();
  assertEquals(provider.diary, ["authenticate", "log out"]);
});

Deno.test("a stream that comes after the drain is closed", async () => {
  const provider = new Scripted();
  const opened = Promise.withResolvers<void>();
  provider.onOpen = () => opened.promise;
  const one = await connect(provider);
  assertEquals(await one.drain(), true);
  opened.resolve();
  await settle();
  assertEquals(provider.diary, ["authenticate", "open", "log out", "close"]);
});

Deno.test("a drain in any moment of signing in and opening leaves nothing open", async () => {
  for (let moments = 0; moments < 60; moments++) {
    const provider = new Scripted();
    const signedIn = Promise.withResolvers<void>();
    provider.onAuthenticate = () => signedIn.promise;
    const one = await connect(provider);
    signedIn.resolve();
    for (let moment = 0; moment < moments; moment++) await Promise.resolve();
    assert(await one.drain());
    const count = (word: string) => provider.diary.filter((one) => one === word).length;
    assertEquals([count("log out"), count("close")], [1, count("open")], `${moments} moments`);
  }
});

Deno.test("a drain while it waits, is faulted or has ended is done, and ends what there is", async () => {
  const waiting = new Scripted();
  waiting.onAuthenticate = () => Promise.reject(lost());
  const first = await connect(waiting);
  assertEquals([first.state(), await first.drain()], ["backoff", true]);
  await first.pass(3_600_000);
  assertEquals(waiting.diary, ["authenticate"]);

  const faulted = new Scripted();
  const second = await connect(faulted);
  faulted.sink.lost(badKey());
  await settle();
  assertEquals([second.state(), await second.drain()], ["faulted", true]);
  assertEquals(faulted.diary.slice(3), ["close", "log out"]);

  const ended = new Scripted();
  const third = await connect(ended);
  ended.sink.ended();
  assertEquals([third.state(), await third.drain()], ["ended", true]);
  assertEquals(ended.diary.slice(3), ["close", "log out"]);
});

Deno.test("a second drain closes nothing twice", async () => {
  const provider = new Scripted();
  const closed = Promise.withResolvers<void>();
  provider.onClose = () => closed.promise;
  const one = await connect(provider);
  one.send({ type: "drain" });
  one.send({ type: "drain" });
  closed.resolve();
  await settle();
  one.send({ type: "drain" });
  await settle();
  assertEquals([one.state(), provider.diary.slice(3)], ["stopped", ["close", "log out"]]);
  one.stop();
});
