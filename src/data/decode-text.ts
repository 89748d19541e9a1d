/** Bytes of a file into text. */

import { isUtf8 } from "node:buffer"
import { DataError } from "../core/errors.ts"

/**
 * The text of a file in UTF-8, without byte order mark.
 *
 * @param name what messages call the file
 * @throws DataError `not-text` for binary content or another encoding, `unreadable-file` when the text is longer than
 * a string can be (about 512 MiB)
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  // A byte of zero does not occur in text, and UTF-16 has one beside every plain letter.
  const binary = bytes.subarray(0, 8192).includes(0)
  if (binary || !isUtf8(bytes)) {
    throw new DataError(
      `found ${binary ? "binary content" : "bytes that are not UTF-8"}, expected text in UTF-8`,
      {
        code: "not-text",
        where: binary ? name : `${name}, line ${lineOfBadByte(bytes)}`,
        hint: "save the file as text in UTF-8",
      },
    )
  }
  try {
    return new TextDecoder().decode(bytes)
  } catch (cause) {
    throw new DataError(`found ${bytes.length} bytes of text, expected less than 512 MiB`, {
      code: "unreadable-file",
      where: name,
      hint: "convert the file to Parquet, or leave out what the model does not use",
      cause,
    })
  }
}

function lineOfBadByte(bytes: Uint8Array): number {
  let line = 1
  for (let start = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(10, start)
    const end = newline === -1 ? bytes.length : newline
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  return line
}
