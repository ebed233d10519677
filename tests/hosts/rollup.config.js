import commonjs from "@rollup/plugin-commonjs";
import resolve from "@rollup/plugin-node-resolve";
import replace from "@rollup/plugin-replace";

export default ["react", "vue", "angular"].map((name) => ({
  input: `${name}.js`,
  output: { file: `out/${name}.js`, format: "es" },
  plugins: [
    replace({
      preventAssignment: true,
      values: {
        "process.env.NODE_ENV": '"production"',
        __VUE_OPTIONS_API__: "true",
        __VUE_PROD_DEVTOOLS__: "false",
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
      },
    }),
    resolve({ browser: true }),
    commonjs(),
  ],
  onwarn(warning, warn) {
    if (!/CIRCULAR|THIS_IS_UNDEFINED/.test(warning.code)) warn(warning);
  },
}));
