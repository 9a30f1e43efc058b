// Figures that a reader can touch. The numbers come from the book's crates: computed here by their WebAssembly, or looked up in what
// they gave when the book was built. This file only binds controls to drawings.
(() => {
    const colour = n => `var(--series-${n}, currentColor)`;
    const digits = (x, n = 3) => Number(x.toPrecision(n)).toString();
    const path = points => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const text = (x, y, what, anchor = "middle") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="currentColor" stroke="none">${what}</text>`;
    const pairs = numbers => Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
    const plain = x => digits(x).replace("-", "−");

    // Each figure has a file in touch/: from the numbers and the inputs to a drawing and a sentence (and the drawing's size, if it is not 640 by 360).
    const kit = { colour, digits, path, text, pairs, plain };
    const draw = Object.fromEntries(Object.entries(window.touchDraw ?? {}).map(([name, make]) => [name, make(kit)]));

    // The numbers of a figure for the values of its inputs.
    function recorded(figure, values, grids) {
        let nth = 0;
        values.forEach((value, i) => { nth = nth * grids[i].length + grids[i].indexOf(value); });
        return window.touchData.recorded[figure.dataset.name][nth];
    }
    function computed(module, figure, values) {
        const { compute, count, memory } = module.instance.exports;
        const [a = 0, b = 0, c = 0, d = 0] = values;
        const address = compute(Number(figure.dataset.number), a, b, c, d);
        return Array.from(new Float64Array(memory.buffer, address, count()));
    }

    function start(figure, numbersAt, exact) {
        const controls = [...figure.querySelectorAll(".controls input, .controls select")];
        const grids = controls.map(control => control.dataset.recorded.split(",").map(Number));
        const [svg, says, told] = ["svg", ".says", ".told"].map(what => figure.querySelector(what));
        if (!exact) {
            // A slider over the values that were recorded.
            controls.forEach((control, i) => {
                if (control.type !== "range") return;
                const at = grids[i].indexOf(Number(control.value));
                Object.assign(control, { min: 0, max: grids[i].length - 1, step: 1, value: at });
            });
        }
        const value = (control, i) => exact || control.type !== "range" ? Number(control.value) : grids[i][control.value];

        function show() {
            const values = controls.map(value);
            controls.forEach((control, i) => {
                const shown = String(values[i]).replace("-", "−");
                const output = control.parentElement.querySelector("output");
                if (output) output.textContent = shown;
                if (control.type === "range") control.setAttribute("aria-valuetext", shown);
            });
            const { svg: inside, says: sentence, box } = draw[figure.dataset.name](numbersAt(figure, values, grids), values);
            if (box) {
                // a drawing of another size than 640 by 360: it fills a phone, and is not blown up on a desk
                svg.setAttribute("viewBox", `0 0 ${box.join(" ")}`);
                svg.style.maxWidth = `${1.2 * box[0]}px`;
            }
            svg.innerHTML = `<g fill="none" stroke="currentColor" font-size="15">${inside}</g>`;
            says.textContent = sentence;
        }
        for (const control of controls) control.addEventListener("input", show);

        const key = "touch:" + figure.dataset.name;
        function unlock() {
            figure.querySelector(".controls").disabled = false;
            try { localStorage.setItem(key, "asked"); } catch { /* not allowed */ }
        }
        for (const button of figure.querySelectorAll(".ask button")) {
            button.addEventListener("click", () => {
                for (const other of figure.querySelectorAll(".ask button")) other.setAttribute("aria-pressed", other === button);
                told.textContent = button.dataset.reply;
                unlock();
            });
        }
        try { if (localStorage.getItem(key) === "asked") unlock(); } catch { /* not allowed */ }
        show();
        figure.dataset.ready = exact ? "computed" : "recorded";
    }

    const figures = document.querySelectorAll("figure.touch");
    if (figures.length === 0 || !window.touchData) return;
    const all = (numbersAt, exact) => figures.forEach(figure => start(figure, numbersAt, exact));
    if (window.touchData.recorded) {
        all(recorded, false);
    } else {
        const bytes = Uint8Array.from(atob(window.touchData.module), letter => letter.charCodeAt(0));
        WebAssembly.instantiate(bytes, {}).then(module => all((figure, values) => computed(module, figure, values), true));
    }
})();
