import { describe, expect, it } from "vitest"
import { checkMathml } from "../../src/report/mathml.ts"

const good = [
  '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow><mi>x</mi><mo stretchy="false">(</mo><mn>1</mn></mrow></math>',
  "<math><mfrac><mn>1</mn><msup><mi>σ</mi><mn>2</mn></msup></mfrac><mspace width='1em'/><mtext>a &lt; b</mtext></math>",
  " <math><mtable><mtr><mtd><mi>a</mi></mtd></mtr></mtable></math>\n",
]

const bad = {
  "a script": "<math><mi><script>alert(1)</script></mi></math>",
  "an event": '<math><mi onclick="alert(1)">x</mi></math>',
  "a link": '<math href="javascript:alert(1)"><mi>x</mi></math>',
  "a style": '<math><mi style="position:fixed">x</mi></math>',
  "an annotation with HTML": "<math><semantics><annotation-xml><p>x</p></annotation-xml></semantics></math>",
  "an image": "<math><mi><img src=x></mi></math>",
  "a comment": "<math><!-- --><mi>x</mi></math>",
  "tags that cross": "<math><mrow><mi>x</mrow></mi></math>",
  "a tag left open": "<math><mrow>",
  "one closed too many": "<math></math></math>",
  "text beside the formula": "x<math></math>",
  "a second formula": "<math></math><math></math>",
  "no formula": "plain text",
  nothing: "",
  "a value without quotes": "<math><mi mathvariant=bold>x</mi></math>",
  "a lone <": "<math><mo><</mo></math>",
}

describe("checkMathml", () => {
  it.each(good)("takes %s", (text) => {
    expect(checkMathml(text)?.markup).toBe(text)
  })

  it.each(Object.entries(bad))("refuses %s", (_, text) => {
    expect(checkMathml(text)).toBeNull()
  })
})
