import { assertEquals } from "@std/assert";
import { attribute, Markup, markup } from "../../src/html/mod.ts";

Deno.test("markup escapes text and leaves markup as it is, in lists too", () => {
  const text = `<"&">`;
  const escaped = "&lt;&quot;&amp;&quot;&gt;";
  assertEquals(markup`<p title="${text}">${text}</p>`.text, `<p title="${escaped}">${escaped}</p>`);
  const items = [text, markup`<b>${text}</b>`, new Markup("<br>"), 0];
  assertEquals(markup`${items}`.text, `${escaped}<b>${escaped}</b><br>0`);
});

Deno.test("markup shows nothing for what is not there, and a 0", () => {
  assertEquals(markup`<p>${undefined}${false}${[]}${0}</p>`.text, "<p>0</p>");
});

Deno.test("attribute() is left out where it has no value", () => {
  assertEquals(markup`<td${attribute("title", 'a "b"')}>`.text, `<td title="a &quot;b&quot;">`);
  assertEquals(markup`<td${attribute("title", false)}>`.text, "<td>");
});
