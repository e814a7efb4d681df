"""Ten steps of each optimizer over given gradients, and learning rates of each schedule."""

import torch
from torch.optim import SGD, Adam, AdamW, RMSprop, lr_scheduler

from golden_format import number, tensor, write
from operation_cases import Cases

STEPS = 10


def optimizers():
    c = Cases(10)
    initial = [c.normal(3, 5), c.normal(4)]
    gradients = [[c.normal(3, 5), c.normal(4)] for _ in range(STEPS)]
    for step in gradients:
        step[0][0, 0] = 0.0
        step[1][0] = 1e-6
        step[1][1] = 1000.0
    entries = [{"initial": [tensor(p) for p in initial], "gradients": [[tensor(g) for g in step] for step in gradients]}]

    def run(name, make, options, clip=None):
        parameters = [torch.nn.Parameter(p.clone()) for p in initial]
        optimizer = make(parameters)
        case = {"name": name, "options": options, "parameters": []}
        if clip:
            case["norms"] = []
        for step in gradients:
            for parameter, gradient in zip(parameters, step):
                parameter.grad = gradient.clone()
            if clip:
                case["norms"].append(number(torch.nn.utils.clip_grad_norm_(parameters, clip).numpy()[()]))
            optimizer.step()
            case["parameters"].append([tensor(p) for p in parameters])
        entries.append(case)

    def sgd(name, momentum=0.0, dampening=0.0, nesterov=False, decay=0.0, clip=None):
        options = {"name": "sgd", "lr": 0.1, "momentum": momentum, "dampening": dampening, "nesterov": nesterov, "weightDecay": decay}
        run(name, lambda p: SGD(p, 0.1, momentum, dampening, decay, nesterov), options | ({"clipGradNorm": clip} if clip else {}), clip)

    sgd("sgd")
    sgd("sgd, weight decay", decay=0.01)
    sgd("sgd, momentum", momentum=0.9)
    sgd("sgd, momentum, dampening, weight decay", momentum=0.9, dampening=0.3, decay=0.01)
    sgd("sgd, Nesterov", momentum=0.9, nesterov=True)
    sgd("sgd, Nesterov, weight decay", momentum=0.9, nesterov=True, decay=0.01)
    sgd("sgd, gradients clipped to norm 1", clip=1.0)
    sgd("sgd, gradients below the norm are left alone", clip=1e6)
    for cls, name in [(Adam, "adam"), (AdamW, "adamw")]:
        for label, betas, eps, decay in [("", (0.9, 0.999), 1e-8, 0.0), (", weight decay", (0.9, 0.999), 1e-8, 0.05),
                                         (", other betas and eps", (0.8, 0.95), 1e-3, 0.0)]:
            options = {"name": name, "lr": 0.01, "beta1": betas[0], "beta2": betas[1], "eps": eps, "weightDecay": decay}
            run(name + label, lambda p: cls(p, 0.01, betas, eps, decay, foreach=False), options)
    for label, alpha, eps, decay, momentum in [("", 0.99, 1e-8, 0.0, 0.0), (", momentum", 0.99, 1e-8, 0.0, 0.9),
                                               (", alpha, eps, weight decay, momentum", 0.9, 1e-3, 0.05, 0.5)]:
        options = {"name": "rmsprop", "lr": 0.01, "alpha": alpha, "eps": eps, "weightDecay": decay, "momentum": momentum}
        run("rmsprop" + label, lambda p: RMSprop(p, 0.01, alpha, eps, decay, momentum, foreach=False), options)
    write("optimizers", entries)


def schedules():
    total, base = 40, 0.1
    entries = []

    def run(name, make, options):
        optimizer = SGD([torch.nn.Parameter(torch.zeros(1))], lr=base)
        schedule = make(optimizer)
        rates = []
        for _ in range(total):
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        entries.append({"name": name, "options": options, "base_rate": base, "total_steps": total, "rates": rates})

    def one_cycle(optimizer, share, anneal, first, last):
        return lr_scheduler.OneCycleLR(optimizer, base, total, pct_start=share, anneal_strategy=anneal,
                                       div_factor=first, final_div_factor=last, cycle_momentum=False)

    def warm(optimizer, make):
        warm_up = lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=5)
        return lr_scheduler.SequentialLR(optimizer, [warm_up, make(optimizer)], [5])

    def cosine(optimizer, steps=total, minimum=0.0):
        return lr_scheduler.CosineAnnealingLR(optimizer, steps, minimum)

    warm_up = {"warmupEpochs": 5, "warmupStart": 0.01}
    run("StepLR", lambda o: lr_scheduler.StepLR(o, 15, 0.3), {"name": "step", "stepSize": 15, "gamma": 0.3})
    run("CosineAnnealingLR to 0", cosine, {"name": "cosine", "minimum": 0})
    run("CosineAnnealingLR to 0.01", lambda o: cosine(o, minimum=0.01), {"name": "cosine", "minimum": 0.01})
    for anneal, share, first, last in [("cos", 0.3, 25.0, 1e4), ("cos", 0.5, 10.0, 100.0), ("linear", 0.3, 25.0, 1e4)]:
        options = {"name": "one-cycle", "warmShare": share, "anneal": anneal, "startDivisor": first, "endDivisor": last}
        run(f"OneCycleLR, {anneal}, {share}", lambda o: one_cycle(o, share, anneal, first, last), options)
    run("LinearLR for 5 steps, then constant", lambda o: warm(o, lambda o: lr_scheduler.ConstantLR(o, 1.0)),
        {"name": "constant"} | warm_up)
    run("LinearLR for 5 steps, then CosineAnnealingLR over the other 35",
        lambda o: warm(o, lambda o: cosine(o, total - 5)), {"name": "cosine", "minimum": 0} | warm_up)
    write("schedules", entries)
