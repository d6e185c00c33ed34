// Makes a PNG of a page smaller by a palette of its 256 most frequent colours. Every other colour becomes the nearest of them.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

function* chunks(png) {
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    yield [png.toString("latin1", at + 4, at + 8), png.subarray(at + 8, at + 8 + length)];
    at += length + 12;
  }
}

/** The size and the pixels of a PNG, each pixel as one number. */
function decoded(png) {
  let header;
  const data = [];
  for (const [name, body] of chunks(png)) {
    if (name === "IHDR") header = body;
    if (name === "IDAT") data.push(body);
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const samples = { 2: 3, 6: 4 }[header[9]];
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * samples;
  const pixels = new Uint32Array(width * height);
  let before = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const line = Uint8Array.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [x < samples ? 0 : line[x - samples], before[x], x < samples ? 0 : before[x - samples]];
      const near = left + up - corner;
      const [a, b, c] = [Math.abs(near - left), Math.abs(near - up), Math.abs(near - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      line[x] += [0, left, up, (left + up) >> 1, paeth][filter];
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = (line[x * samples] << 16) | (line[x * samples + 1] << 8) | line[x * samples + 2];
    before = line;
  }
  return { width, height, pixels };
}

function chunk(name, body) {
  const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

const distance = (a, b) => [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);

export function small(png) {
  const { width, height, pixels } = decoded(png);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const places = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of counts.keys()) {
    if (!places.has(colour)) places.set(colour, palette.reduce((best, other, index) => (distance(colour, other) < distance(colour, palette[best]) ? index : best), 0));
  }
  const lines = Buffer.alloc((width + 1) * height);
  pixels.forEach((pixel, index) => (lines[index + Math.floor(index / width) + 1] = places.get(pixel)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", colours), chunk("IDAT", deflateSync(lines, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}
