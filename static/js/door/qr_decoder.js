// Reads a QR code (ISO/IEC 18004, versions 1 to 10) from a picture. For browsers that have no
// BarcodeDetector; nothing here knows of the page or keeps anything.

import { findPatterns, likelyThrees } from "./qr_finder.js";
import { inGrey, relative, softened } from "./qr_light.js";
import { matricesAt } from "./qr_locate.js";
import { readMatrix } from "./qr_matrix.js";

const LEAST_SIDE = 21; // pixels: version 1 with one for each module
const MAX_THREES = 5; // groups of patterns that are tried

/** As seen in a mirror. */
function mirrored({ side, dark }) {
  const turned = new Uint8Array(dark.length);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) turned[x * side + y] = dark[y * side + x];
  }
  return { side, dark: turned };
}

function readLight(light) {
  for (const three of likelyThrees(findPatterns(light), MAX_THREES)) {
    for (const matrix of matricesAt(light, three)) {
      const text = readMatrix(matrix) ?? readMatrix(mirrored(matrix));
      if (text) return text;
    }
  }
  return null;
}

/**
 * Return the text of a QR code in a picture, `{ data, width, height }` as a canvas gives it; null
 * where there is none, or it cannot be read for certain.
 */
export function decode(picture) {
  const shorter = Math.min(picture.width, picture.height);
  if (shorter < LEAST_SIDE) return null;
  const grey = inGrey(picture);
  return (
    // Far enough to have dark and light around the heart of a large code's finder pattern.
    readLight(relative(grey, shorter / 12)) ??
    // Softened, the smallest codes are lost, and noisy ones found.
    readLight(relative(softened(grey), shorter / 24))
  );
}
