"use client";
import { generate } from "oath-totp";

export default function Client() {
  return <p>{`client ${generate("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", { at: 59 })}`}</p>;
}
