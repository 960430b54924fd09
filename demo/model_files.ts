/** Where models and their words are for every page, in whichever folder: they lie in `demo/public/`, which has no URL of its own. */
export { default as MODEL_URL } from '/kjv/model.onnx?url'
export { default as GPT2_CONFIG_URL } from '/kjv-gpt2/config.json?url'
export { default as TOKENS_URL } from '/kjv/tokens.json?url'
