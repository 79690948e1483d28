// esbuild hands these files over as text.
declare module "*.toml" {
  const text: string;
  export default text;
}
declare module "*.snapshot.json" {
  const text: string;
  export default text;
}
