// What the classes whose objects hold a secret have in common.

/** Only these files have it, so that only they can wrap what the module has made. */
export const MADE = Symbol();

/** As long for every secret. */
export const MASK = "********";

const SHOWN = Symbol.for("nodejs.util.inspect.custom");

/** The value of a field of its own in every object: structuredClone refuses functions, and would make `{}` without one. */
export const notCloneable = () => {
  throw new TypeError("an object with a secret cannot be cloned");
};

/** `describe` tells what a console may show of an object. */
export function holdsSecret({ name, prototype }, expose, describe) {
  const refuse = () => {
    throw new TypeError(`a ${name} is not turned into text, because it holds a secret; call ${expose} where you mean to`);
  };
  const methods = {
    toString: refuse,
    toJSON: refuse,
    [SHOWN](_depth, style, inspect) {
      let shown;
      try {
        shown = { ...describe(this), secret: MASK };
      } catch {
        return `${name} (freed)`;
      }
      return `${name} ${inspect(shown, style)}`;
    },
  };
  if (Symbol.dispose) methods[Symbol.dispose] = prototype.free;
  for (const key of Reflect.ownKeys(methods)) {
    Object.defineProperty(prototype, key, { value: methods[key], configurable: true, writable: true });
  }
}
