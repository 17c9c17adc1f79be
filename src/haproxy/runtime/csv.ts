/**
 * Rows of comma separated values as haproxy writes them (RFC 4180): fields in double quotes may hold commas, doubled quotes
 * and line breaks. Empty lines are left out.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = []
  let row: string[] = []
  for (const { field, end } of fields(text)) {
    row.push(field)
    if (!end) continue
    if (row.length > 1 || row[0] !== "") rows.push(row)
    row = []
  }
  return rows
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\r?\n|$)/y

function* fields(text: string): Generator<{ field: string; end: boolean }> {
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < text.length) {
    const match = FIELD.exec(text)
    if (match === null) throw new Error(`not comma separated values: ${JSON.stringify(text.slice(0, 80))}`)
    const [, quoted, plain = "", separator] = match
    const end = separator !== ","
    yield { field: quoted === undefined ? plain.replace(/\r$/, "") : quoted.replaceAll('""', '"'), end }
    // A comma at the very end is followed by one more, empty, field.
    if (!end && FIELD.lastIndex >= text.length) yield { field: "", end: true }
  }
}
