import { describe, expect, test } from "vitest";
import { columnsOf, fit, oneLine } from "./one-line.ts";

describe("oneLine", () => {
  test("joins lines and shows what would move the cursor, ring or turn the text around", () => {
    expect(oneLine("a\r\n  b\n\nc")).toBe("a b c");
    expect(oneLine("\u001b[31mred\u0007 \u009b1m \u202etxt")).toBe(
      "\\u001b[31mred\\u0007 \\u009b1m \\u202etxt",
    );
  });

  test("leaves letters of every language alone", () => {
    expect(oneLine("Grüße, 世界 👩‍💻")).toBe("Grüße, 世界 👩‍💻");
  });
});

describe("columnsOf", () => {
  test("counts wide characters twice and marks not at all", () => {
    expect(columnsOf("abc")).toBe(3);
    expect(columnsOf("世界")).toBe(4);
    expect(columnsOf("e\u0301")).toBe(1);
    expect(columnsOf("🚀")).toBe(2);
  });
});

describe("fit", () => {
  test("leaves what fits and cuts what does not", () => {
    expect(fit("abcdef", 6)).toBe("abcdef");
    expect(fit("abcdef", 5)).toBe("abcd…");
    expect(fit("abcdef", 1)).toBe("…");
    expect(fit("abcdef", 0)).toBe("");
  });

  test("never takes more columns than there are, also where a wide character is cut", () => {
    expect(fit("世界世界", 5)).toBe("世界…");
    expect(fit("世界世界", 4)).toBe("世…");
  });
});
