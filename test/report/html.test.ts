import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { escapeHtml, html, inlineJson, raw } from "../../src/report/html.ts"

describe("html", () => {
  it("escapes what is put in, and joins lists", () => {
    expect(html`<p title="${'"'}">${"<b>&'"}</p>`.markup).toBe('<p title="&quot;">&lt;b&gt;&amp;&#39;</p>')
    expect(html`${["<", html`<i>${1}</i>`]}`.markup).toBe("&lt;<i>1</i>")
  })

  it("keeps markup, and leaves nothing for what is not there", () => {
    expect(html`${raw("<hr>")}${false}${null}${undefined}${0}`.markup).toBe("<hr>0")
  })

  it("never lets a text open a tag or leave an attribute", () => {
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeHtml(text))))
  })
})

describe("inlineJson", () => {
  it("holds no <, and means the same", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { markup } = inlineJson(value)
        expect(markup.includes("<")).toBe(false)
        expect(JSON.parse(markup)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
    expect(inlineJson("</script><!--").markup).toBe('"\\u003c/script>\\u003c!--"')
  })
})
