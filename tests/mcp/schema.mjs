// Events against docs/api/event.schema.json.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { Ajv2020 } from 'ajv/dist/2020.js';

const kSchema = new URL('../../docs/api/event.schema.json', import.meta.url);
const ajv = new Ajv2020({ strict: false, validateFormats: false });
const fits = ajv.compile(JSON.parse(readFileSync(kSchema, 'utf8')));

export function assertSchema(events) {
  for (const event of events) {
    assert.ok(fits(event), `${JSON.stringify(event)}: ${ajv.errorsText(fits.errors)}`);
  }
}
