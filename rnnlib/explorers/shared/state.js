// What has been chosen: each explorer's state.js reads the whole of it off the model, with this.

/** Some of a model's traits, by name. */
export const valuesOf = (model, names) => Object.fromEntries(names.map((name) => [name, model.get(name)]));
