// A certificate that a test makes for itself, signed by its own key: X.509 v3 as RFC 5280 lays it
// out, in DER. Node has no call for it, and the openssl program is not everywhere.

import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const kTags = { integer: 0x02, bits: 0x03, bytes: 0x04, text: 0x0c, time: 0x17, list: 0x30 };
const kSet = 0x31;
const kTrue = Buffer.from([0x01, 0x01, 0xff]);

const kCommonName = Buffer.from('0603550403', 'hex');
const kAlternativeName = Buffer.from('0603551d11', 'hex');
const kBasicConstraints = Buffer.from('0603551d13', 'hex');
const kEcdsaWithSha256 = Buffer.from('06082a8648ce3d040302', 'hex');

function element(tag, ...parts) {
  const content = Buffer.concat(parts);
  const size = content.length;
  let head;
  if (size < 0x80) head = [tag, size];
  else if (size < 0x100) head = [tag, 0x81, size];
  else head = [tag, 0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

const list = (...parts) => element(kTags.list, ...parts);
const bits = (content) => element(kTags.bits, Buffer.from([0]), content);
const extension = (id, ...value) => list(id, element(kTags.bytes, list(...value)));

function nameOf(text) {
  return list(element(kSet, list(kCommonName, element(kTags.text, Buffer.from(text)))));
}

/// YYMMDDHHMMSSZ
function time(date) {
  const digits = date.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return element(kTags.time, Buffer.from(`${digits}Z`));
}

function pem(label, der) {
  const lines = der.toString('base64').match(/.{1,64}/g);
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/// {certificate, key} in PEM for 127.0.0.1 and localhost, good for an hour.
export function makeCertificate() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const hour = 3_600_000;
  const signature = list(kEcdsaWithSha256);
  const name = nameOf('coditect test');
  const address = element(0x87, Buffer.from([127, 0, 0, 1]));
  const host = element(0x82, Buffer.from('localhost'));
  const body = list(
    element(0xa0, element(kTags.integer, Buffer.from([2]))),
    element(kTags.integer, Buffer.from([1]), randomBytes(8)),
    signature,
    name,
    list(time(new Date(now - hour)), time(new Date(now + hour))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    element(
      0xa3,
      list(extension(kAlternativeName, address, host), extension(kBasicConstraints, kTrue)),
    ),
  );
  const der = list(body, signature, bits(sign('sha256', body, privateKey)));
  return {
    certificate: pem('CERTIFICATE', der),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}
