"""Executes a notebook: execute.py ENVIRONMENT INPUT OUTPUT FOLDER

Makes the virtual environment in ENVIRONMENT first where it is not there or not up to date; FOLDER
is where the cells run. Exits with 1 where a cell fails.
"""

import os
import pathlib
import shutil
import subprocess
import sys
from queue import Empty

requirements = pathlib.Path(__file__).with_name("requirements.txt")


def main(environment, source, target, folder):
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if pathlib.Path(sys.prefix).resolve() == environment.resolve():
        execute(source, target, folder)
    else:
        prepare(environment, python)
        command = [python, __file__, environment, source, target, folder]
        sys.exit(subprocess.run(command, check=False).returncode)


def prepare(environment, python):
    """Installs what requirements.txt names, once."""
    installed = environment / "installed.txt"
    if installed.exists() and installed.read_bytes() == requirements.read_bytes():
        return
    print(f"Installing Jupyter's client into {environment}", file=sys.stderr, flush=True)
    shutil.rmtree(environment, ignore_errors=True)
    if subprocess.run([sys.executable, "-m", "venv", environment], check=False).returncode != 0:
        sys.exit("error: Python made no virtual environment: on Debian, install python3-venv")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*pip, "-r", requirements], check=False).returncode != 0:
        sys.exit(f"error: pip did not install what {requirements} names: see its messages above")
    shutil.copyfile(requirements, installed)


def execute(source, target, folder):
    """Runs every cell of a notebook in the kernel that it names."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError

    class Client(NotebookClient):
        """Waits for what Deno's kernel sends after it said that the cell is done."""

        async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
            await super()._async_poll_output_msg(parent_msg_id, cell, cell_index)
            while True:
                try:
                    message = await self.kc.iopub_channel.get_msg(timeout=0.25)
                except Empty:
                    return
                if message["parent_header"].get("msg_id") != parent_msg_id:
                    continue
                try:
                    self.process_message(message, cell, cell_index)
                except CellExecutionComplete:
                    pass

    notebook = nbformat.read(source, as_version=4)
    client = Client(
        notebook,
        timeout=None,
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute()
    except (CellExecutionError, DeadKernelError) as error:
        sys.exit(str(error))
    nbformat.write(notebook, target)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
