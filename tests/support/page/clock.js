// A clock that the test moves: `hlTest.ahead` milliseconds ahead of the real one, further with each `pass`, and `hlTest.speed`
// times as fast. Both clocks of the page go on together, as when time passes; timers follow the speed alone.
(() => {
  const RealDate = Date;
  const monotonic = performance.now.bind(performance);
  const opened = RealDate.now() - monotonic();
  let passed = 0;
  const run = () => monotonic() * hlTest.speed + passed;
  const wall = () => Math.floor(opened + hlTest.ahead + run());
  window.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(wall());
      else super(...given);
    }
    static now() {
      return wall();
    }
  };
  performance.now = run;
  for (const timer of ["setTimeout", "setInterval"]) {
    const real = window[timer];
    window[timer] = (call, ms = 0, ...given) => real(call, ms / hlTest.speed, ...given);
  }
  window.hlClock = { pass: (ms) => void (passed += ms) };
})();
