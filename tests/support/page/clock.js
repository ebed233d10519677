// A clock that the test moves: `hlTest.ahead` milliseconds ahead of the real one, and further with each `pass`. Both
// clocks of the page go on together, as when time passes; timers are left alone.
(() => {
  let passed = 0;
  const RealDate = Date;
  const now = performance.now.bind(performance);
  const wall = () => RealDate.now() + hlTest.ahead + passed;
  window.Date = class extends RealDate {
    constructor(...given) {
      if (given.length === 0) super(wall());
      else super(...given);
    }
    static now() {
      return wall();
    }
  };
  performance.now = () => now() + passed;
  window.hlClock = { pass: (ms) => void (passed += ms) };
})();
