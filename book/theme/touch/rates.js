// What is left of an error by each step, against the eigenvalue.
touchDraw.rates = ({ colour, path, text, plain }) => (numbers, [rule, spread, rate, momentum]) => {
    const [worst, at, limit, best, bestMomentum, bestFactor] = numbers;
    const factors = [...numbers].slice(6), last = factors.length - 1;
    const x = log => 70 + 178 * (log + 3), y = factor => 306 - 230 * Math.min(1.2, factor);
    const band = `<rect x="${x(-spread - 1)}" y="${y(1.2)}" width="${x(0) - x(-spread - 1)}" height="${y(0) - y(1.2)}" fill="currentColor" fill-opacity="0.07" stroke="none"/>`;
    const grid = [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2].map(f => `<path d="M70 ${y(f)}H604" stroke-opacity="${f === 1 ? 0.8 : 0.2}"/>` +
        text(62, y(f) + 6, plain(f), "end"));
    const ticks = [-3, -2, -1, 0].map(log => text(x(log), 330, plain(10 ** log)));
    const curve = path(factors.map((f, k) => [x(-3 + 3 * k / last), y(f)]));
    const ring = `<circle cx="${x(Math.log10(at)).toFixed(1)}" cy="${y(worst).toFixed(1)}" r="8" stroke="${colour(2)}" stroke-width="3"/>`;
    const round = (v, digits) => plain(Number(v.toPrecision(digits)));
    const kappa = 10 ** (spread + 1);
    const steps = f => Math.round(Math.log(1e6) / -Math.log(f)).toLocaleString("en");
    const now = worst < 0.99995 ? `Six digits take ${steps(worst)} steps.` : worst > 1.00005 ? "That error grows: the run flies off." : "That error never shrinks.";
    return {
        svg: `${band}<g font-size="18">${grid.join("")}${ticks.join("")}${text(604, 354, "eigenvalue", "end")}${text(70, 18, "left by each step", "start")}</g>` +
            `<path d="${curve}" stroke="${colour(1)}" stroke-width="3"/>${ring}`,
        says: `${rule ? "Nesterov's momentum" : "Momentum"} ${plain(momentum)}, learning rate ${plain(rate)} (at most ${round(limit, 3)} does not fly off). ` +
            `The slowest direction has the eigenvalue ${round(at, 2)} and keeps ${round(worst, 4)} of its error. ${now} ` +
            `The best setting for a spread of ${kappa.toLocaleString("en")}, rate ${round(best, 3)} and momentum ${round(bestMomentum, 3)}, keeps ${round(bestFactor, 3)} and takes ${steps(bestFactor)}.`,
    };
};
